using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat orders</c>: one order with everything that support asks about it.</summary>
public sealed class OrderCommands : ICommandModule
{
    private static readonly Argument<string> Order = new("order") { Description = "Id or number of the order, such as SM000123." };

    public void AddTo(RootCommand root)
    {
        var show = new CliCommand(
            "show",
            "Show an order: its items, the progress of its tasks, and how its status changed.",
            "smplat orders show SM000123",
            "smplat orders show 0198f000-0000-7000-8000-000000000007 --json")
        { Order, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        show.SetWork(ShowAsync);
        root.Subcommands.Add(new Command("orders", "Orders of customers.") { show });
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var named = parsed.GetValue(Order)!.Trim();
        var order = await api.GetAsync(
            Guid.TryParse(named, out var known) ? $"/api/v1/orders/{known}" : ApiPath.Of("/api/v1/operators/orders", ("number", named)),
            cancellationToken);
        var id = order.Text("id");
        var progress = await api.GetAsync($"/api/v1/orders/{id}/progress", cancellationToken);
        var changes = await api.GetAsync($"/api/v1/operators/orders/{id}/status", cancellationToken);
        return parsed.Show(new { order, progress, status_changes = changes }, () => Print(order, progress, changes));
    }

    private static void Print(JsonElement order, JsonElement progress, JsonElement changes)
    {
        var currency = order.Text("currency");
        new FactList
        {
            { "order", order.Text("order_number") },
            { "id", order.Text("id") },
            { "status", order.Text("hold_reason") is { Length: > 0 } hold ? $"{order.Text("status")}: {hold}" : order.Text("status") },
            { "total", Money(order, "total", currency) },
            { "source", order.Text("source") },
            { "user", order.Text("user_id") },
            { "placed at", order.Text("created_at") },
            { "tasks", Tasks(progress) },
            { "notes", order.Text("notes") },
        }.Write();
        Console.WriteLine();
        var items = new TextTable("The order has no items.", "#quantity", "~item", "#unit price", "#total");
        foreach (var item in order.GetProperty("items").EnumerateArray())
        {
            items.Add(item.Text("quantity"), item.Text("product_title"), Money(item, "unit_price", currency), Money(item, "total_price", currency));
        }

        items.Write();
        Console.WriteLine();
        var table = new TextTable("Its status has not changed since it was placed.", "at", "from", "to", "cause", "actor", "~reason");
        foreach (var change in changes.EnumerateArray())
        {
            table.Add(
                change.Text("changed_at"), change.Text("from"), change.Text("to"), change.Text("cause"), change.Text("actor"), change.Text("reason"));
        }

        table.Write();
    }

    private static string Tasks(JsonElement progress) => progress.GetProperty("total_tasks").GetInt64() == 0
        ? "none yet"
        : $"{progress.Text("completed_tasks")} of {progress.Text("total_tasks")} completed, {progress.Text("in_progress_tasks")} in progress, {progress.Text("failed_tasks")} failed";

    private static string Money(JsonElement element, string member, string currency) =>
        $"{element.GetProperty(member).GetDecimal().ToString("0.00", CultureInfo.InvariantCulture)} {currency}";
}
