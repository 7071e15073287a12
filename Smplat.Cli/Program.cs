using Smplat.Cli;

return await CommandLine.RunAsync(args);
