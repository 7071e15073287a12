using System.Collections;
using System.Collections.Concurrent;
using System.Data;
using System.Reflection;
using Dapper;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// The door of the database for text: a parameter that holds NUL or half of a surrogate pair is cleaned, so that no text from
/// outside can make a statement fail. Parameters without such text pass as they are.
/// </summary>
internal sealed class StorableParameters(object values) : SqlMapper.IDynamicParameters
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Texts = new();

    /// <param name="parameters">An object, or a list of objects for a statement that runs once for each.</param>
    public static object? From(object? parameters) => parameters switch
    {
        null or string or SqlMapper.IDynamicParameters => parameters,
        ICollection list => list.Cast<object>().All(IsStorable) ? list : list.Cast<object>().Select(Wrap).ToArray(),
        IEnumerable sequence => From(sequence.Cast<object>().ToArray()),
        _ => IsStorable(parameters) ? parameters : Wrap(parameters),
    };

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        ((SqlMapper.IDynamicParameters)new DynamicParameters(values)).AddParameters(command, identity);
        foreach (IDbDataParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.Value switch
            {
                string text => SafeText.Clean(text),
                string?[] texts => texts.Select(text => text is null ? null : SafeText.Clean(text)).ToArray(),
                IReadOnlyCollection<string> texts => texts.Select(SafeText.Clean).ToArray(),
                var other => other,
            };
        }
    }

    private static StorableParameters Wrap(object values) => new(values);

    private static bool IsStorable(object values)
    {
        foreach (var property in Texts.GetOrAdd(values.GetType(), TextsOf))
        {
            var isStorable = property.GetValue(values) switch
            {
                string text => SafeText.IsStorable(text),
                IEnumerable<string?> texts => texts.All(text => SafeText.IsStorable(text)),
                _ => true,
            };
            if (!isStorable)
            {
                return false;
            }
        }

        return true;
    }

    private static PropertyInfo[] TextsOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property =>
            property.GetIndexParameters().Length == 0
            && (property.PropertyType == typeof(string) || property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))),
    ];
}
