using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Discovery;

/// <summary>A method marked as a function, with its trigger.</summary>
public sealed record FunctionMethod(
    string Name, MethodInfo Method, ParameterInfo? Trigger, HttpTriggerAttribute? Http, TimerTriggerAttribute? Timer)
{
    public string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    /// <summary>Whether it returns an MVC result, which needs more services than the results of minimal APIs.</summary>
    public bool ReturnsActionResult =>
        Method.ReturnType.GetGenericArguments().Append(Method.ReturnType).Any(typeof(IActionResult).IsAssignableFrom);

    /// <summary>The functions among the public classes of an assembly, by name.</summary>
    public static IReadOnlyList<FunctionMethod> FindIn(IEnumerable<Type> types) =>
    [
        .. from type in types
           where type is { IsClass: true, IsPublic: true } or { IsClass: true, IsNestedPublic: true }
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
           let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
           where name is not null
           orderby name
           select Read(name, method),
    ];

    private static FunctionMethod Read(string name, MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } http)
            {
                return new FunctionMethod(name, method, parameter, http, null);
            }

            if (parameter.GetCustomAttribute<TimerTriggerAttribute>() is { } timer)
            {
                return new FunctionMethod(name, method, parameter, null, timer);
            }
        }

        return new FunctionMethod(name, method, null, null, null);
    }
}
