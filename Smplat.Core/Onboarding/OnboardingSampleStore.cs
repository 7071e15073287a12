using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>The order that the sample journey belongs to.</summary>
internal sealed class OnboardingSampleStore(NpgsqlDataSource database)
{
    // The ids are fixed, so adding the order again changes nothing.
    private const string AddOrder =
        """
        with client as (
            insert into users (id, email, display_name)
            values (@Id, 'cleo@example.test', 'Cleo')
            on conflict do nothing
        )
        insert into orders (id, order_number, user_id, status, subtotal, total, loyalty_projection_points)
        values (@Id, 'SAMPLE-ONBOARDING', @Id, 'processing', 499, 499, 250)
        on conflict do nothing
        """;

    // The journey goes with its order; messages to the client go too.
    private const string Drop =
        """
        delete from notification_outbox where user_id = @Id;
        delete from orders where id = @Id;
        delete from users where id = @Id;
        """;

    public async Task DropAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Drop, new { Id = id }, cancellationToken));
    }

    /// <returns>False when it already exists.</returns>
    public async Task<bool> AddOrderAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(AddOrder, new { Id = id }, cancellationToken)) > 0;
    }
}
