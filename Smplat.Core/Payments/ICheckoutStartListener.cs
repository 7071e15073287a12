using Npgsql;

namespace Smplat.Core.Payments;

/// <summary>Told when a page was made on which an order can be paid; register with <c>services.AddCheckoutStartListener&lt;T&gt;()</c>.</summary>
public interface ICheckoutStartListener
{
    /// <summary>Called inside the transaction that records the page, for database work only.</summary>
    Task OnStartedAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}
