using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Payments;

public static class PaymentsFeature
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddSettings<PaymentsOptions>();
        services.AddOutgoing();
        services.AddSingleton<PaymentCounters>();
        services.AddSingleton<PaymentQueries>();
        services.AddOrderStatusListener<ResumedOrderKickoff>();
        services.AddSingleton<IStripeGateway, StripeGateway>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<SupersededSessions>();
        services.AddSingleton<IMetricSource, DuplicatePaymentMetrics>();
        services.AddSingleton<IMetricSource, MismatchedPaymentMetrics>();
        services.AddSingleton<CheckoutPayments>();
        services.AddSingleton<CheckoutStart>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<PaymentEventApplier>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<ParkedEvents>();
        services.AddSingleton<StripeWebhook>();
        services.AddJob<SupersededSessionsJob>();
        return services.AddJob<ParkedEventsJob>();
    }

    /// <summary>Notifies a feature of every new checkout session, inside the transaction that records it.</summary>
    public static IServiceCollection AddCheckoutStartListener<T>(this IServiceCollection services)
        where T : class, ICheckoutStartListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<ICheckoutStartListener>(provider => provider.GetRequiredService<T>());
        return services;
    }

    /// <summary>Notifies a feature of every event of the payment provider, inside the transaction that handles it.</summary>
    public static IServiceCollection AddPaymentEventListener<T>(this IServiceCollection services)
        where T : class, IPaymentEventListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<IPaymentEventListener>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
