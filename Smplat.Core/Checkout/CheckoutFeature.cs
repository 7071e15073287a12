using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Billing;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Checkout;

public static class CheckoutFeature
{
    public static IServiceCollection AddCheckout(this IServiceCollection services)
    {
        services.AddSettings<CheckoutRecoveryOptions>();
        services.AddSingleton<CheckoutStore>();
        services.AddSingleton<CheckoutFile>();
        services.AddOrderStatusListener<OrderFollowing>();
        services.AddCheckoutStartListener<PaymentFollowing>();
        services.AddSingleton<RecoveryStore>();
        services.AddSingleton<RecoveredRevenueStore>();
        services.AddSingleton<CheckoutRecoveryFigures>();
        services.AddSingleton<ResumeLinks>();
        services.AddSingleton<CheckoutResume>();
        services.AddSingleton<SweepStep>();
        services.AddSingleton<RepairStore>();
        services.AddSingleton<RecoveryRepair>();
        services.AddSingleton<SampleBillingStore>();
        services.AddSingleton<ISampleData, SampleBilling>();
        services.AddPreSendCheck<PromptGuard>();
        services.AddMessageContent<PromptContent>();
        services.AddJob<RecoverySweepJob>();
        return services.AddHostedSessions();
    }
}
