using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Orders;

public static class OrdersFeature
{
    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        services.AddSingleton<ProductStore>();
        services.AddSingleton<ProductCatalog>();
        services.AddSingleton<ISampleData, SampleProducts>();
        services.AddSingleton<OrderStore>();
        services.AddSingleton<OrderPlacement>();
        services.AddSingleton<OrderFile>();
        services.AddSingleton<OrderStatusStore>();
        services.AddSingleton<OrderStatusMachine>();
        services.AddSingleton<OrderDesk>();
        return services;
    }

    /// <summary>Tells a feature of every status change, inside the transaction that makes it.</summary>
    public static IServiceCollection AddOrderStatusListener<T>(this IServiceCollection services)
        where T : class, IOrderStatusListener
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOrderStatusListener>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
