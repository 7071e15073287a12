using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>One request to the table service.</summary>
internal sealed record TableRequest(RequestMethod Method, string Path, byte[]? Body = null, ETag? IfMatch = null)
{
    public static readonly RequestMethod Merge = new("PATCH");

    public static TableRequest CreateTable(string table) =>
        new(RequestMethod.Post, "Tables", Write(json => json.WriteString("TableName", table)));

    public static TableRequest Add(string table, ITableEntity entity) => new(RequestMethod.Post, table, Write(entity));

    public static TableRequest Put(string table, ITableEntity entity, TableUpdateMode mode, ETag? ifMatch) =>
        new(
            mode == TableUpdateMode.Merge ? Merge : RequestMethod.Put,
            EntityPath(table, entity.PartitionKey, entity.RowKey), Write(entity), ifMatch);

    public static TableRequest Get(string table, string partitionKey, string rowKey, IEnumerable<string>? select) =>
        new(RequestMethod.Get, EntityPath(table, partitionKey, rowKey) + Query(("$select", Join(select))));

    public static TableRequest Delete(string table, string partitionKey, string rowKey, ETag ifMatch) =>
        new(RequestMethod.Delete, EntityPath(table, partitionKey, rowKey), null, ifMatch);

    public static TableRequest Find(
        string table, string? filter, int? top, IEnumerable<string>? select, TableContinuation? from) =>
        new(RequestMethod.Get, $"{table}()" + Query(
            ("$filter", string.IsNullOrEmpty(filter) ? null : filter),
            ("$top", top?.ToString(CultureInfo.InvariantCulture)),
            ("$select", Join(select)),
            ("NextPartitionKey", from?.PartitionKey),
            ("NextRowKey", from?.RowKey)));

    private static string EntityPath(string table, string partitionKey, string rowKey) =>
        $"{table}(PartitionKey='{Key(partitionKey)}',RowKey='{Key(rowKey)}')";

    private static string Key(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
    }

    private static string? Join(IEnumerable<string>? select) => select is null ? null : string.Join(',', select);

    private static string Query(params (string Name, string? Value)[] members)
    {
        var given = members.Where(member => member.Value is not null)
            .Select(member => $"{member.Name}={Uri.EscapeDataString(member.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? "?" + query : "";
    }

    private static byte[] Write(ITableEntity entity) => Write(json =>
    {
        foreach (var (name, value) in EntityBinder.ToValues(entity))
        {
            EdmJson.Write(json, name, value);
        }
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
