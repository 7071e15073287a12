using Npgsql;

namespace Smplat.Tests.Trust;

/// <summary>Random writes of every kind that can change a metric, to old and new rows, from a seed.</summary>
internal sealed class RandomWrites(NpgsqlDataSource database, int seed, DateTimeOffset now)
{
    private static readonly string[] Statuses = ["pending", "in_progress", "completed", "failed", "cancelled"];

    private static readonly string?[] Results =
    [
        null, "null", "{}", "[]", """{"nps_score": 9}""", """{"nps_score": 0}""", """{"nps_score": 6.5}""",
        """{"nps_score": "10"}""", """{"nps_score": true}""", """{"nps_score": -3}""", """{"nps_score": 11}""",
    ];

    private readonly Random _random = new(seed);
    private readonly TrustRows _rows = new(database);
    private readonly List<Guid> _items = [];

    public async Task PrepareAsync()
    {
        for (var item = 0; item < 6; item++)
        {
            _items.Add(await _rows.OrderAsync(now.AddDays(-_random.Next(1, 60)), item % 3 == 0 ? null : $"kit-{item % 2}", $"Kit {item}"));
        }
    }

    /// <summary>Makes one write and returns its description.</summary>
    public async Task<string> WriteAsync()
    {
        var kind = _random.Next(12);
        switch (kind)
        {
            case < 5:
                await InsertAsync(Item());
                return "insert";
            case 5:
                await OneTaskAsync("update fulfillment_tasks set completed_at = @at where id = any (array(select id from fulfillment_tasks order by id offset @n limit 2))");
                return "move a completion";
            case 6:
                await _rows.ExecuteAsync("update fulfillment_tasks set status = @status where id = (select id from fulfillment_tasks order by id offset @n limit 1)", ("status", Status()), ("n", _random.Next(40)));
                return "change a status";
            case 7:
                await OneTaskAsync("update fulfillment_tasks set first_started_at = @at, started_at = null where id = (select id from fulfillment_tasks order by id offset @n limit 1)");
                return "move a first start";
            case 8:
                await _rows.ExecuteAsync("delete from fulfillment_tasks where id = (select id from fulfillment_tasks order by id offset @n limit 1)", ("n", _random.Next(40)));
                return "delete";
            case 9:
                await OneTaskAsync("update orders set created_at = @at where id = (select id from orders order by id offset @n % 6 limit 1)");
                return "move an order";
            case 10:
                await _rows.ExecuteAsync("update order_items set product_title = @title, product_id = case when @drop then null else product_id end where id = @id", ("title", $"Kit {_random.Next(9)}"), ("drop", _random.Next(4) == 0), ("id", Item()));
                return "retitle an item";
            default:
                await _rows.ExecuteAsync("update products set slug = @slug where id = (select id from products order by id limit 1)", ("slug", $"kit-new-{_random.Next(3)}"));
                return "rename a product";
        }
    }

    private Task InsertAsync(Guid item) => _rows.TaskAsync(new
    {
        order_item_id = item,
        status = Status(),
        result = Results[_random.Next(Results.Length)] is { } json ? System.Text.Json.Nodes.JsonNode.Parse(json) : null,
        scheduled_at = Maybe(),
        due_at = _random.Next(3) == 0 ? Maybe() : null,
        first_started_at = _random.Next(2) == 0 ? Maybe() : null,
        started_at = Maybe(),
        completed_at = Maybe(),
        created_at = At(),
    });

    private Task OneTaskAsync(string statement) => _rows.ExecuteAsync(statement, ("at", At()), ("n", _random.Next(40)));

    private Guid Item() => _items[_random.Next(_items.Count)];

    private string Status() => Statuses[_random.Next(Statuses.Length)];

    private DateTimeOffset? Maybe() => _random.Next(4) == 0 ? null : At();

    /// <summary>Mostly within the last 40 days, sometimes exactly on the hour, occasionally in the future.</summary>
    private DateTimeOffset At()
    {
        var at = now.AddSeconds(_random.Next(-40 * 86_400, 7_200)).AddMicroseconds(_random.Next(1_000_000));
        return _random.Next(5) == 0 ? new(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero) : at;
    }
}
