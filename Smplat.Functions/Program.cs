using Smplat.Functions;

return await SmplatHost.RunAsync(args);
