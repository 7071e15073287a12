using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// Binds a parameter by name: the route value, else a query member, else the parameter's default. A text that is not
/// of the parameter's type fails the invocation (500), so routes say their constraints.
/// </summary>
internal static class RouteArgument
{
    public static object? Read(LocalFunctionContext context, ParameterInfo parameter)
    {
        var name = parameter.Name!;
        var request = context.Http?.Request;
        var value = request?.RouteValues.GetValueOrDefault(name)
            ?? (request is not null && request.Query.TryGetValue(name, out var member) ? member.ToString() : null);
        return value is null ? Absent(parameter) : Convert(value, parameter, context.Function.Name);
    }

    private static object? Absent(ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue && parameter.DefaultValue is { } value)
        {
            return value;
        }

        return parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
    }

    private static object Convert(object value, ParameterInfo parameter, string function)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type.IsInstanceOfType(value))
        {
            return value;
        }

        var text = System.Convert.ToString(value, CultureInfo.InvariantCulture)!;
        try
        {
            return type == typeof(Guid)
                ? Guid.Parse(text)
                : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text)!;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException(
                $"Function {function}: {parameter.Name} cannot be read as {type.Name}.", e);
        }
    }
}
