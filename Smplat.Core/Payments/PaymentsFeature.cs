using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Jobs;
using Smplat.Core.Payments.Checkout;
using Smplat.Core.Payments.Figures;
using Smplat.Core.Payments.State;
using Smplat.Core.Payments.Webhooks;
using Smplat.Core.Settings;

namespace Smplat.Core.Payments;

public static class PaymentsFeature
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddSettings<PaymentsOptions>();
        services.AddSingleton<PaymentTally>();
        services.AddSingleton<PaymentFigures>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PaymentFile>();
        services.AddSingleton<IStripeGateway, StripeGateway>();
        services.AddSingleton<CheckoutStart>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<EventApplication>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<ParkedEvents>();
        services.AddSingleton<WebhookReceiver>();
        return services.AddJob<ParkedEventsJob>();
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
