using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>One table of a storage account.</summary>
public class TableClient
{
    private readonly TableTransport _transport;

    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    public TableClient(string connectionString, string tableName, TableClientOptions? options)
        : this(TableTransport.ForKey(TableConnectionString.Parse(connectionString), options ?? new()), tableName)
    {
    }

    public TableClient(
        Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = null)
        : this(TableTransport.ForCredential(endpoint, tokenCredential, options ?? new()), tableName)
    {
    }

    internal TableClient(TableTransport transport, string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        _transport = transport;
        Name = tableName;
    }

    protected TableClient()
    {
        _transport = null!;
        Name = "";
    }

    public virtual string Name { get; }

    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default)
    {
        var response = await _transport.SendAsync(TableRequest.CreateTable(Name), cancellationToken, 409);
        if (response.Status == 409 && TableErrors.CodeOf(response) != "TableAlreadyExists")
        {
            throw new RequestFailedException(response, null, TableErrors.Parser);
        }

        return Response.FromValue(new TableItem(Name), response);
    }

    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var request = TableRequest.Get(Name, partitionKey, rowKey, select);
        var response = await _transport.SendAsync(request, cancellationToken, 404);
        if (response.Status == 404)
        {
            return new AbsentEntity<T>(response);
        }

        using var body = JsonDocument.Parse(response.Content);
        return Response.FromValue(EntityBinder.FromValues<T>(EdmJson.Read(body.RootElement)), response);
    }

    public virtual Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity => _transport.SendAsync(TableRequest.Add(Name, entity), cancellationToken);

    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity => _transport.SendAsync(TableRequest.Put(Name, entity, mode, null), cancellationToken);

    /// <exception cref="RequestFailedException">
    /// 412 when the entity has changed since it had this ETag, 404 when it is gone.
    /// </exception>
    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        if (ifMatch == default)
        {
            throw new ArgumentException("An update needs the ETag that was read, or ETag.All.", nameof(ifMatch));
        }

        return _transport.SendAsync(TableRequest.Put(Name, entity, mode, ifMatch), cancellationToken);
    }

    /// <summary>An entity that is not there counts as deleted: the response then has status 404.</summary>
    public virtual Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default) =>
        _transport.SendAsync(
            TableRequest.Delete(Name, partitionKey, rowKey, ifMatch == default ? ETag.All : ifMatch), cancellationToken,
            404);

    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        new EntityPages<T>(_transport, Name, filter, maxPerPage, select, cancellationToken);
}
