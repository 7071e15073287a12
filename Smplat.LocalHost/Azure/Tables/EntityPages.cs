using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>The entities that a query finds, fetched page by page as they are read.</summary>
internal sealed class EntityPages<T>(
    TableTransport transport, string table, string? filter, int? maxPerPage, IEnumerable<string>? select,
    CancellationToken cancellationToken) : AsyncPageable<T>(cancellationToken)
    where T : class, ITableEntity
{
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        var from = TableContinuation.Parse(continuationToken);
        do
        {
            var request = TableRequest.Find(table, filter, pageSizeHint ?? maxPerPage, select, from);
            var response = await transport.SendAsync(request, CancellationToken);
            from = TableContinuation.From(response);
            yield return Page<T>.FromValues(Read(response), from?.ToString(), response);
        }
        while (from is not null);
    }

    private static List<T> Read(Response response)
    {
        using var body = JsonDocument.Parse(response.Content);
        var entities = body.RootElement.GetProperty("value").EnumerateArray();
        return [.. entities.Select(entity => EntityBinder.FromValues<T>(EdmJson.Read(entity)))];
    }
}
