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
using Smplat.Core.Access;
using Smplat.Core.Analytics;
using Smplat.Core.Billing;
using Smplat.Core.Catalog;
using Smplat.Core.Checkout;
using Smplat.Core.Commerce;
using Smplat.Core.Digests;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
using Smplat.Core.Merchandising;
using Smplat.Core.Notifications;
using Smplat.Core.Onboarding;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Observability;
using Smplat.Functions.Ops;
using Smplat.Functions.Storage;

namespace Smplat.Functions;

/// <summary>Builds the app; the program and the tests build the same host.</summary>
public static class SmplatHost
{
    /// <summary>
    /// Runs the app until the host stops it. Invalid settings and a database with different migrations end it with a message
    /// and without a stack trace.
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

    /// <param name="args">How to reach the Functions host; if another program runs the app, also settings as <c>--NAME=value</c>.</param>
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
            .AddMetricFamilies(ContractFamilies.All)
            .AddJobs()
            .AddSingleton<IJobTimers, JobTimers>()
            .AddNotifications()
            .AddOrders()
            .AddPayments()
            .AddFulfillment()
            .AddCheckout()
            .AddBilling()
            .AddGuardrails()
            .AddDigests()
            .AddOperators()
            .AddAccess()
            .AddTrust()
            .AddAnalytics()
            .AddIngestion()
            .AddStorage()
            .AddMerchandising()
            .AddOnboarding()
            .AddCatalogSearch()
            .AddCommerce()
            .AddRoutes()
            .AddOps();

        adjust?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>What is wrong with the settings or the database, for the operator to fix; null for any other failure.</summary>
    private static IReadOnlyList<string>? Refusals(Exception exception) => exception switch
    {
        OptionsValidationException refused => [.. refused.Failures],
        MigrationConflictException conflict => [conflict.Message],
        AggregateException many when many.InnerExceptions.All(inner => Refusals(inner) is not null) =>
            [.. many.InnerExceptions.SelectMany(inner => Refusals(inner)!)],
        _ => null,
    };

    /// <summary>
    /// For another program that runs the app, such as a test run: the worker finds its generated code by the entry assembly,
    /// gives all apps of a process the same port, and lets environment variables override the arguments.
    /// </summary>
    private static void RunAsGuest(FunctionsApplicationBuilder builder, string[] args)
    {
        builder.Configuration.AddCommandLine(args);
        builder.Services.AddSingleton<IFunctionExecutor, DirectFunctionExecutor>();
        builder.Services.AddSingleton<IFunctionMetadataProvider, GeneratedFunctionMetadataProvider>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
    }
}
