namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// A feature's last look before a message of its kind is sent: does what it says still hold? Register it with
/// <c>services.AddMessageGuard&lt;T&gt;()</c>.
/// </summary>
public interface IMessageGuard
{
    string Kind { get; }

    /// <summary>Null lets the message go; a word such as <c>order_paid</c> suppresses it for that reason.</summary>
    Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}
