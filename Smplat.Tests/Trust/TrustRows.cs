using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace Smplat.Tests.Trust;

/// <summary>Inserts rows for trust tests: whole vector sets, or single orders and tasks.</summary>
internal sealed class TrustRows(NpgsqlDataSource database)
{
    private static readonly string[] Tables =
        ["products", "orders", "order_items", "fulfillment_tasks", "fulfillment_staffing_shifts"];

    /// <summary>The members name the columns, so columns left out get their default.</summary>
    public async Task InsertAsync(string table, JsonElement row)
    {
        var columns = string.Join(", ", row.EnumerateObject().Select(member => member.Name));
        await using var command = database.CreateCommand(
            $"insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, @row)");
        command.Parameters.AddWithValue("row", NpgsqlDbType.Jsonb, row.GetRawText());
        await command.ExecuteNonQueryAsync();
    }

    public async Task InsertSetAsync(JsonElement rows)
    {
        foreach (var table in Tables)
        {
            foreach (var row in rows.GetProperty(table).EnumerateArray())
            {
                await InsertAsync(table, row);
            }
        }
    }

    /// <summary>Inserts an order with one item of a product and returns the item's id.</summary>
    public async Task<Guid> OrderAsync(DateTimeOffset placedAt, string? slug = "kit", string title = "Kit")
    {
        var (order, item) = (Guid.NewGuid(), Guid.NewGuid());
        Guid? product = slug is null ? null : await ProductAsync(slug);
        await InsertAsync("orders", Json(new { id = order, order_number = order.ToString("N"), created_at = placedAt }));
        await InsertAsync("order_items", Json(new
        {
            id = item,
            order_id = order,
            product_id = product,
            product_title = title,
            unit_price = 1,
            total_price = 1,
        }));
        return item;
    }

    public Task TaskAsync(object members)
    {
        var row = JsonSerializer.SerializeToNode(members)!.AsObject();
        row.TryAdd("id", Guid.NewGuid());
        row.TryAdd("title", "Task");
        row.TryAdd("task_type", "content_promotion");
        return InsertAsync("fulfillment_tasks", Json(row));
    }

    public async Task ExecuteAsync(string statement, params (string Name, object Value)[] parameters)
    {
        await using var command = database.CreateCommand(statement);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string query)
    {
        await using var command = database.CreateCommand(query);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task<Guid> ProductAsync(string slug)
    {
        await using var command = database.CreateCommand(
            """
            insert into products (id, slug, title, category, base_price) values (gen_random_uuid(), @slug, @slug, 'kit', 1)
            on conflict (slug) do update set slug = excluded.slug
            returning id
            """);
        command.Parameters.AddWithValue("slug", slug);
        return (Guid)(await command.ExecuteScalarAsync())!;
    }

    internal static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value is JsonNode node ? node : value);
}
