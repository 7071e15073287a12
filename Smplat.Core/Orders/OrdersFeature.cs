using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Merchandising;

namespace Smplat.Core.Orders;

public static class OrdersFeature
{
    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        services.AddProducts();
        services.AddSingleton<OrderStore>();
        services.AddSingleton<OrderPlacement>();
        services.AddSingleton<OrderQueries>();
        services.AddSingleton<OrderStatusMachine>();
        services.AddSingleton<OrderOperations>();
        return services;
    }

    /// <summary>Notifies a feature of every status change, inside the transaction that makes it.</summary>
    public static IServiceCollection AddOrderStatusListener<T>(this IServiceCollection services)
        where T : class, IOrderStatusListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOrderStatusListener>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
