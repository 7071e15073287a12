using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;

namespace Azure.Data.Tables;

/// <summary>Turns an entity into named properties and back.</summary>
internal static class EntityBinder
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> PropertiesOf = new();

    /// <summary>The properties to send; those without a value are left out.</summary>
    public static IEnumerable<KeyValuePair<string, object>> ToValues(object entity)
    {
        var all = entity is IDictionary<string, object> named
            ? named
            : Properties(entity.GetType())
                .Select(property => KeyValuePair.Create(Name(property), property.GetValue(entity)!));
        return all.Where(value => value.Value is not null && !EntityNames.IsGivenByTheService(value.Key));
    }

    public static T FromValues<T>(Dictionary<string, object> values)
        where T : class, ITableEntity
    {
        if (typeof(T) == typeof(TableEntity))
        {
            return (T)(object)new TableEntity(values);
        }

        var entity = Activator.CreateInstance<T>();
        foreach (var property in Properties(typeof(T)))
        {
            if (values.TryGetValue(Name(property), out var value))
            {
                property.SetValue(entity, Fit(value, property.PropertyType));
            }
        }

        if (values.TryGetValue(EntityNames.ETag, out var etag))
        {
            entity.ETag = new ETag((string)etag);
        }

        return entity;
    }

    private static PropertyInfo[] Properties(Type type) => PropertiesOf.GetOrAdd(type, static found =>
    [
        .. found.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property is { CanRead: true, CanWrite: true }
                && property.GetIndexParameters().Length == 0
                && !property.IsDefined(typeof(IgnoreDataMemberAttribute)) && property.PropertyType != typeof(ETag)),
    ]);

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name;

    private static object Fit(object value, Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            int number when target == typeof(long) => (long)number,
            int number when target == typeof(double) => (double)number,
            string label when target.IsEnum => Enum.Parse(target, label),
            DateTimeOffset moment when target == typeof(DateTime) => moment.UtcDateTime,
            byte[] bytes when target == typeof(BinaryData) => new BinaryData(bytes),
            _ => value,
        };
    }
}
