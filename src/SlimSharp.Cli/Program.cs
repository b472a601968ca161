using SlimSharp;
using SlimSharp.Cli;

CrashReport.Watch(args);
LibTorch.KeepFreedMemory();
Lifeline.Watch();
return await CommandTree.Run(args);
