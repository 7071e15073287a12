using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Checkout;

/// <summary>The stages of each order's checkout, and the recovery of abandoned checkouts.</summary>
public static class CheckoutFeature
{
    public static IServiceCollection AddCheckout(this IServiceCollection services)
    {
        services.AddSettings<CheckoutRecoveryOptions>();
        services.AddSingleton<CheckoutStore>();
        services.AddSingleton<RecoveredRevenueStore>();
        services.AddSingleton<CheckoutOperations>();
        services.AddOrderStatusListener<CheckoutOrderSync>();
        services.AddCheckoutStartListener<CheckoutPaymentSync>();
        services.AddSingleton<ResumeLinks>();
        services.AddSingleton<CheckoutResume>();
        services.AddSingleton<CheckoutRecoveryQueries>();
        services.AddPreSendCheck<PromptGuard>();
        services.AddMessageContent<PromptContent>();
        services.AddJob<RecoverySweepJob>();
        return services;
    }
}
