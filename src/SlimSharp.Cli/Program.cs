using SlimSharp.Cli;

Lifeline.Watch();
return await CommandTree.Run(args);
