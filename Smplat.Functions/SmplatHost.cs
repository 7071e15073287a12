using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Smplat.Core.Analytics;
using Smplat.Core.Billing;
using Smplat.Core.Catalog;
using Smplat.Core.Checkout;
using Smplat.Core.Commerce;
using Smplat.Core.Digests;
using Smplat.Core.Fulfillment;
using Smplat.Core.Onboarding;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Trust;
using Smplat.Functions.Commerce;
using Smplat.Functions.Health;
using Smplat.Functions.Http;
using Smplat.Functions.Observability;
using Smplat.Functions.Ops;
using Smplat.Functions.Storage;
using Smplat.Functions.Trust;

namespace Smplat.Functions;

/// <summary>Puts the app together; the program and the tests build the very same host.</summary>
public static class SmplatHost
{
    /// <summary>
    /// Runs the app until the host ends it. Settings that cannot be used, and a database of other migrations, end it with a
    /// sentence and without a stack trace.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await Create(args).RunAsync();
            return 0;
        }
        catch (Exception exception) when (Refusals(exception) is { } refusals)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, refusals));
            return 1;
        }
    }

    /// <param name="args">The way to the Functions host; where another program runs the app, also settings as <c>--NAME=value</c>.</param>
    /// <param name="adjust">Last changes before the host is built, for tests.</param>
    public static IHost Create(string[] args, Action<FunctionsApplicationBuilder>? adjust = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        if (Assembly.GetEntryAssembly() != typeof(SmplatHost).Assembly)
        {
            RunAsGuest(builder, args);
        }

        builder.AddSmplatLogging();
        builder.AddSmplatTelemetry();
        builder.AddHttp();

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddDatabase()
            .AddObservability()
            .AddJobs()
            .AddNotifications()
            .AddOrders()
            .AddPayments()
            .AddFulfillment()
            .AddCheckout()
            .AddBilling()
            .AddDigests()
            .AddHealth()
            .AddOperators()
            .AddTrust()
            .AddTrustHttp()
            .AddAnalytics()
            .AddIngestion()
            .AddStorage()
            .AddOnboarding()
            .AddCatalogSearch()
            .AddCommerce()
            .AddCommerceHttp()
            .AddOps();

        adjust?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>What is wrong with settings or database, for the person who can mend it; null for any other failure.</summary>
    private static IReadOnlyList<string>? Refusals(Exception exception) => exception switch
    {
        OptionsValidationException refused => [.. refused.Failures],
        MigrationConflictException conflict => [conflict.Message],
        AggregateException many when many.InnerExceptions.All(inner => Refusals(inner) is not null) =>
            [.. many.InnerExceptions.SelectMany(inner => Refusals(inner)!)],
        _ => null,
    };

    /// <summary>
    /// In a program of somebody else, such as a test run: the worker finds its generated code by the entry assembly, gives
    /// all apps of a process the same port, and lets environment variables win over the arguments.
    /// </summary>
    private static void RunAsGuest(FunctionsApplicationBuilder builder, string[] args)
    {
        builder.Configuration.AddCommandLine(args);
        builder.Services.AddSingleton<IFunctionExecutor, DirectFunctionExecutor>();
        builder.Services.AddSingleton<IFunctionMetadataProvider, GeneratedFunctionMetadataProvider>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
    }
}
