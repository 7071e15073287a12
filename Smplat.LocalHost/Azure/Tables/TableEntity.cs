using System.Collections;

namespace Azure.Data.Tables;

/// <summary>An entity whose properties are looked up by name.</summary>
public sealed class TableEntity : ITableEntity, IDictionary<string, object>
{
    private readonly Dictionary<string, object?> _properties;

    public TableEntity()
        : this(new Dictionary<string, object>())
    {
    }

    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    public TableEntity(IDictionary<string, object> values) => _properties = new Dictionary<string, object?>(values!);

    public string PartitionKey
    {
        get => GetString(EntityNames.PartitionKey)!;
        set => _properties[EntityNames.PartitionKey] = value;
    }

    public string RowKey
    {
        get => GetString(EntityNames.RowKey)!;
        set => _properties[EntityNames.RowKey] = value;
    }

    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(EntityNames.Timestamp);
        set => _properties[EntityNames.Timestamp] = value;
    }

    public ETag ETag
    {
        get => GetString(EntityNames.ETag) is { } text ? new ETag(text) : default;
        set => _properties[EntityNames.ETag] = value.ToString();
    }

    public ICollection<string> Keys => _properties.Keys;

    ICollection<object> IDictionary<string, object>.Values => _properties.Values!;

    public int Count => _properties.Count;

    bool ICollection<KeyValuePair<string, object>>.IsReadOnly => false;

    /// <summary>Null for a property that the entity does not have.</summary>
    public object this[string key]
    {
        get => _properties.GetValueOrDefault(key)!;
        set => _properties[key] = value;
    }

    public string? GetString(string key) => Get<string>(key);

    public int? GetInt32(string key) => GetValue<int>(key);

    public long? GetInt64(string key) =>
        _properties.GetValueOrDefault(key) is int small ? small : GetValue<long>(key);

    public double? GetDouble(string key) =>
        _properties.GetValueOrDefault(key) is int whole ? whole : GetValue<double>(key);

    public bool? GetBoolean(string key) => GetValue<bool>(key);

    public DateTimeOffset? GetDateTimeOffset(string key) => GetValue<DateTimeOffset>(key);

    public byte[]? GetBinary(string key) =>
        _properties.GetValueOrDefault(key) is BinaryData data ? data.ToArray() : Get<byte[]>(key);

    public BinaryData? GetBinaryData(string key) => GetBinary(key) is { } bytes ? new BinaryData(bytes) : null;

    public void Add(string key, object value) => _properties.Add(key, value);

    public bool ContainsKey(string key) => _properties.ContainsKey(key);

    public bool Remove(string key) => _properties.Remove(key);

    public bool TryGetValue(string key, out object value) => _properties.TryGetValue(key, out value!);

    public void Clear() => _properties.Clear();

    void ICollection<KeyValuePair<string, object>>.Add(KeyValuePair<string, object> item) => Add(item.Key, item.Value);

    bool ICollection<KeyValuePair<string, object>>.Contains(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).Contains(item!);

    void ICollection<KeyValuePair<string, object>>.CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).CopyTo(array!, arrayIndex);

    bool ICollection<KeyValuePair<string, object>>.Remove(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).Remove(item!);

    IEnumerator<KeyValuePair<string, object>> IEnumerable<KeyValuePair<string, object>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, object>>)_properties).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _properties.GetEnumerator();

    private T? Get<T>(string key)
        where T : class => _properties.GetValueOrDefault(key) switch
        {
            null => null,
            T value => value,
            var other => throw Mismatch(key, typeof(T), other),
        };

    private T? GetValue<T>(string key)
        where T : struct => _properties.GetValueOrDefault(key) switch
        {
            null => null,
            T value => value,
            var other => throw Mismatch(key, typeof(T), other),
        };

    private static InvalidOperationException Mismatch(string key, Type wanted, object other) =>
        new($"Property {key} is of type {other.GetType().Name}, not {wanted.Name}.");
}
