using SlimSharp.Cli;

return await Cli.Run(args);
