namespace Azure.Data.Tables;

/// <summary>Where the next page of a query begins, as the service names it.</summary>
internal sealed record TableContinuation(string PartitionKey, string? RowKey)
{
    /// <summary>As the text that callers may keep. The service's own values have no blanks.</summary>
    public override string ToString() => $"{PartitionKey} {RowKey}";

    public static TableContinuation? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var parts = text.Split(' ', 2);
        return new TableContinuation(parts[0], parts.Length == 2 && parts[1].Length > 0 ? parts[1] : null);
    }

    public static TableContinuation? From(Response response) =>
        Header(response, "x-ms-continuation-NextPartitionKey") is { Length: > 0 } partitionKey
            ? new TableContinuation(partitionKey, Header(response, "x-ms-continuation-NextRowKey"))
            : null;

    private static string? Header(Response response, string name) =>
        response.Headers.TryGetValue(name, out var value) ? value : null;
}
