using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Notifications;

public static class NotificationsFeature
{
    /// <summary>Adds the outbox with every kind of message, its templates and the order that messages are about.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddOutbox();
        foreach (var kind in MessageKinds.All)
        {
            services.AddSingleton(kind);
        }

        services.AddSingleton<OrderFactsStore>();
        services.AddSingleton<IMessageContext, OrderMessageContext>();
        services.AddSingleton<MessagePreview>();
        return services;
    }
}
