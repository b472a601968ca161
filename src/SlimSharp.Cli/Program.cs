using SlimSharp.Cli;

return await CommandTree.Run(args);
