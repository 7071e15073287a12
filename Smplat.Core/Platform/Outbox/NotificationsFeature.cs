using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

public static class NotificationsFeature
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSettings<NotificationOptions>();
        services.AddSettings<SmtpOptions>();
        services.AddOutgoing();
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<InternalOutboxStore>();
        services.AddJob<InternalOutboxJob>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<MessageReview>();
        services.AddSingleton<PreferenceStore>();
        services.AddSingleton<PersonalPreferences>();
        services.AddSingleton<BounceStore>();
        services.AddSingleton<BounceRecords>();
        services.AddSingleton<LinkSigner>();
        services.AddSingleton<UnsubscribeLinks>();
        services.AddSingleton<Unsubscribing>();
        return services.AddRendering().AddDelivery();
    }

    /// <summary>Adds the handler of one kind of internal message; features call it for each of theirs.</summary>
    public static IServiceCollection AddOutboxHandler<T>(this IServiceCollection services)
        where T : class, IOutboxHandler
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOutboxHandler>(provider => provider.GetRequiredService<T>());
        return services;
    }

    /// <summary>Adds a feature's last objection to messages of one kind.</summary>
    public static IServiceCollection AddMessageGuard<T>(this IServiceCollection services)
        where T : class, IMessageGuard =>
        services.AddSingleton<IMessageGuard, T>();

    /// <summary>Adds what a feature completes in messages of one kind at the moment of sending.</summary>
    public static IServiceCollection AddMessageContent<T>(this IServiceCollection services)
        where T : class, IMessageContent =>
        services.AddSingleton<IMessageContent, T>();

    private static IServiceCollection AddRendering(this IServiceCollection services) => services
        .AddSingleton<TemplateLibrary>()
        .AddSingleton<MessageRenderer>()
        .AddSingleton<MessageComposer>()
        .AddSingleton<MessagePreview>()
        .AddSingleton<OrderFactsStore>();

    private static IServiceCollection AddDelivery(this IServiceCollection services) => services
        .AddSingleton<AdmissionStore>()
        .AddSingleton<DeliveryStore>()
        .AddSingleton<Settlement>()
        .AddSingleton<MessageGuards>()
        .AddSingleton<MailWriter>()
        .AddSingleton<SmtpGateway>()
        .AddSingleton<FileMailGateway>()
        .AddSingleton<MailGateways>()
        .AddSingleton<SlackGateway>()
        .AddSingleton<MailDelivery>()
        .AddSingleton<SlackDelivery>()
        .AddSingleton<MessageDelivery>()
        .AddJob<DeliverOutboxJob>()
        .AddJobComponent("notification_outbox", DeliverOutboxJob.Id);
}
