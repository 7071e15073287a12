using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Checkout.Hosted;
using Smplat.Core.Checkout.Orchestration;
using Smplat.Core.Checkout.Recovery;
using Smplat.Core.Checkout.Repair;
using Smplat.Core.Checkout.Samples;
using Smplat.Core.Database;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Settings;

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
        services.AddMessageGuard<PromptGuard>();
        services.AddMessageContent<PromptContent>();
        services.AddJob<RecoverySweepJob>();
        return services.AddHostedSessions();
    }
}
