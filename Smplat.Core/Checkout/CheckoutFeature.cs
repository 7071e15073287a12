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
        services.AddSingleton<CheckoutOperations>();
        services.AddOrderStatusListener<CheckoutOrderSync>();
        services.AddCheckoutStartListener<CheckoutPaymentSync>();
        services.AddSingleton<RecoveryStore>();
        services.AddSingleton<RecoveredRevenueStore>();
        services.AddSingleton<CheckoutRecoveryQueries>();
        services.AddSingleton<ResumeLinks>();
        services.AddSingleton<CheckoutResume>();
        services.AddSingleton<SweepStep>();
        services.AddSingleton<RepairStore>();
        services.AddSingleton<RecoveryRepair>();
        services.AddSingleton<BillingSampleStore>();
        services.AddSingleton<ISampleData, BillingSample>();
        services.AddMessageGuard<PromptGuard>();
        services.AddMessageContent<PromptContent>();
        services.AddJob<RecoverySweepJob>();
        return services.AddBilling();
    }
}
