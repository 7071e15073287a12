Console.WriteLine("Usage: dotnet run -c Release --project Smplat.Benchmarks -- <benchmark>");
return args.Length == 0 ? 1 : 0;
