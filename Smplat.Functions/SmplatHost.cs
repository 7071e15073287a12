using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Smplat.Core.Analytics;
using Smplat.Core.Catalog;
using Smplat.Core.Checkout;
using Smplat.Core.Commerce;
using Smplat.Core.Database;
using Smplat.Core.Digests;
using Smplat.Core.Fulfillment;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications;
using Smplat.Core.Observability;
using Smplat.Core.Onboarding;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
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
    /// <param name="args">Command-line arguments; <c>--SETTING=value</c> overrides a setting.</param>
    /// <param name="adjust">Last changes before the host is built, for tests.</param>
    public static IHost Create(string[] args, Action<FunctionsApplicationBuilder>? adjust = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.AddSmplatLogging();
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
            .AddDigests()
            .AddTelemetryTargets()
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
}
