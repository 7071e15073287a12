namespace Smplat.Core.Platform.Outbox;

/// <summary>A way for mail to leave the app.</summary>
public interface IMailGateway
{
    /// <summary>False while its settings are missing; read live.</summary>
    bool IsOn { get; }

    /// <summary>The address that this gateway sends from.</summary>
    string Sender { get; }

    /// <summary>Every way in which sending can end is an outcome; only cancellation before the handover is thrown.</summary>
    Task<DeliveryOutcome> SendAsync(MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken);

    /// <summary>Ends a run of mails: connections kept open for the next one are closed. Never throws.</summary>
    Task ReleaseAsync();
}
