using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

internal static class OutboxFeature
{
    /// <summary>Adds the outbox without any kind of message; features register theirs.</summary>
    public static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services.AddSettings<OutboxOptions>();
        services.AddSettings<SmtpOptions>();
        services.AddOutgoing();
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<OutboxOperations>();
        services.AddSingleton<RecipientStore>();
        services.AddSingleton<PreferenceOperations>();
        services.AddSingleton<BounceOperations>();
        services.AddSingleton<LinkSigner>();
        services.AddSingleton<UnsubscribeLinks>();
        services.AddJob<InternalOutboxJob>();
        return services.AddRendering().AddDelivery();
    }

    /// <summary>Adds the handler of one kind of internal message.</summary>
    public static IServiceCollection AddOutboxHandler<T>(this IServiceCollection services)
        where T : class, IOutboxHandler
    {
        services.AddSingleton<T>();
        services.AddSingleton<IOutboxHandler>(provider => provider.GetRequiredService<T>());
        return services;
    }

    /// <summary>Adds a feature's check right before messages of one kind are sent.</summary>
    public static IServiceCollection AddPreSendCheck<T>(this IServiceCollection services)
        where T : class, IPreSendCheck =>
        services.AddSingleton<IPreSendCheck, T>();

    /// <summary>Adds what a feature completes in messages of one kind at the moment of sending.</summary>
    public static IServiceCollection AddMessageContent<T>(this IServiceCollection services)
        where T : class, IMessageContent =>
        services.AddSingleton<IMessageContent, T>();

    private static IServiceCollection AddRendering(this IServiceCollection services) => services
        .AddSingleton<MessageCatalog>()
        .AddSingleton<TemplateLibrary>()
        .AddSingleton<MessageRenderer>()
        .AddSingleton<MessageComposer>();

    private static IServiceCollection AddDelivery(this IServiceCollection services) => services
        .AddSingleton<Admission>()
        .AddSingleton<DeliveryRecorder>()
        .AddSingleton<PreSendChecks>()
        .AddSingleton<SmtpGateway>()
        .AddSingleton<FileMailGateway>()
        .AddSingleton<MailSender>()
        .AddSingleton<SlackGateway>()
        .AddSingleton<MailDelivery>()
        .AddSingleton<SlackDelivery>()
        .AddSingleton<MessageDelivery>()
        .AddJob<DeliverOutboxJob>()
        .AddJobComponent("notification_outbox", DeliverOutboxJob.Id);
}
