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
        services.AddSingleton<PaymentTally>();
        services.AddSingleton<PaymentFigures>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PaymentFile>();
        services.AddOrderStatusListener<ResumedOrders>();
        services.AddSingleton<IStripeGateway, StripeGateway>();
        services.AddSingleton<PaymentPageStore>();
        services.AddSingleton<SupersededPages>();
        services.AddSingleton<IMetricSource, SurplusMetrics>();
        services.AddSingleton<CheckoutStart>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<EventApplication>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<ParkedEvents>();
        services.AddSingleton<WebhookReceiver>();
        services.AddJob<SupersededPagesJob>();
        return services.AddJob<ParkedEventsJob>();
    }

    /// <summary>Tells a feature of every payment page that was made, inside the transaction that records it.</summary>
    public static IServiceCollection AddCheckoutStartListener<T>(this IServiceCollection services)
        where T : class, ICheckoutStartListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<ICheckoutStartListener>(provider => provider.GetRequiredService<T>());
        return services;
    }

    /// <summary>Tells a feature of every event of the payment provider, inside the transaction that takes it in.</summary>
    public static IServiceCollection AddPaymentEventListener<T>(this IServiceCollection services)
        where T : class, IPaymentEventListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<IPaymentEventListener>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
