using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Discovery;

/// <summary>What the official host refuses when it reads the functions, as one sentence for each problem.</summary>
internal static partial class FunctionRules
{
    private static readonly string[] Reserved = ["admin", "runtime"];

    private static readonly HashSet<Type> Bindable =
    [
        typeof(HttpRequest), typeof(TimerInfo), typeof(FunctionContext), typeof(CancellationToken),
        typeof(string), typeof(int), typeof(long), typeof(Guid), typeof(bool), typeof(double), typeof(decimal),
        typeof(DateTime), typeof(DateTimeOffset),
    ];

    public static IReadOnlyList<string> Problems(IReadOnlyList<FunctionMethod> functions, string prefix)
    {
        string[] problems =
        [
            .. functions.SelectMany(function => ProblemsOf(function, prefix)),
            .. Duplicates(functions),
        ];
        return problems.Length > 0 ? problems : [.. RouteOverlap.Problems(functions, prefix)];
    }

    /// <summary>The whole template of an HTTP function, with the prefix of host.json.</summary>
    public static string Template(FunctionMethod function, string prefix)
    {
        var route = (function.Http!.Route ?? function.Name).Trim('/');
        return $"{prefix.Trim('/')}/{route}".Trim('/');
    }

    private static IEnumerable<string> ProblemsOf(FunctionMethod function, string prefix)
    {
        if (!Name().IsMatch(function.Name) || string.Equals(function.Name, "host", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"\"{function.Name}\" is not a function name: a letter, then letters, digits, _ or -, "
                + "at most 128, and not \"host\".";
        }

        if (function.Trigger is null)
        {
            yield return $"{function.Name} has no parameter with a trigger.";
        }

        if (function.Method.ReturnType == typeof(void) && function.Method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            yield return $"{function.Name} is async void: its failures would go unseen. Return Task.";
        }

        foreach (var parameter in function.Method.GetParameters().Where(parameter => !IsBindable(parameter)))
        {
            var type = parameter.ParameterType.Name;
            yield return $"{function.Name}: parameter {parameter.Name} of type {type} cannot be bound.";
        }

        if (function.Http is not null && RouteProblem(function, prefix) is { } problem)
        {
            yield return $"{function.Name}: {problem}";
        }
    }

    private static bool IsBindable(ParameterInfo parameter) =>
        Bindable.Contains(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType);

    private static string? RouteProblem(FunctionMethod function, string prefix)
    {
        var route = (function.Http!.Route ?? function.Name).Trim('/');
        if (Reserved.FirstOrDefault(word => route.StartsWith(word, StringComparison.OrdinalIgnoreCase)) is { } reserved)
        {
            return $"the route \"{route}\" starts with \"{reserved}\", which the host keeps for itself.";
        }

        try
        {
            RoutePatternFactory.Parse(Template(function, prefix));
            return null;
        }
        catch (RoutePatternException problem)
        {
            return $"the route \"{route}\" is not a template: {problem.Message}";
        }
    }

    private static IEnumerable<string> Duplicates(IReadOnlyList<FunctionMethod> functions) =>
        from function in functions
        group function by function.Name.ToUpperInvariant() into same
        where same.Count() > 1
        let places = string.Join(", ", same.Select(function => function.EntryPoint))
        select $"{same.Count()} functions are named {same.First().Name}: {places}.";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$")]
    private static partial Regex Name();
}
