using SlimSharp.Cli;

CrashReport.Watch(args);
Lifeline.Watch();
return await CommandTree.Run(args);
