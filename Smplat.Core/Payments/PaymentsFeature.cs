using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Core.Payments;

public static class PaymentsFeature
{
    public static IServiceCollection AddPayments(this IServiceCollection services) => services;
}
