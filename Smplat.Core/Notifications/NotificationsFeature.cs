using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications.Internal;

namespace Smplat.Core.Notifications;

public static class NotificationsFeature
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<InternalOutboxStore>();
        return services.AddJob<InternalOutboxJob>();
    }

    /// <summary>Adds the handler of one kind of internal message; features call it for each of theirs.</summary>
    public static IServiceCollection AddOutboxHandler<T>(this IServiceCollection services)
        where T : class, IOutboxHandler
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOutboxHandler>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
