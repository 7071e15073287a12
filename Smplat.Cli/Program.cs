Console.WriteLine("Usage: smplat <command>");
return args.Length == 0 ? 1 : 0;
