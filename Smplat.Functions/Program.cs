using Microsoft.Extensions.Hosting;
using Smplat.Functions;

await SmplatHost.Create(args).RunAsync();
