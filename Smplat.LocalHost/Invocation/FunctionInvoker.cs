using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// Calls one function: constructs its class from the services of the invocation, binds its parameters and returns its
/// result. Reflection happens once; the call itself is compiled.
/// </summary>
internal sealed class FunctionInvoker
{
    private readonly Func<LocalFunctionContext, ValueTask<object?>> _call;

    private FunctionInvoker(Func<LocalFunctionContext, ValueTask<object?>> call) => _call = call;

    public ValueTask<object?> Invoke(LocalFunctionContext context) => _call(context);

    public static FunctionInvoker For(MethodInfo method)
    {
        var context = Expression.Parameter(typeof(LocalFunctionContext), "context");
        var arguments = method.GetParameters().Select(parameter => Argument(parameter, context));
        Expression call = method.IsStatic
            ? Expression.Call(method, arguments)
            : Expression.Call(Instance(method.DeclaringType!, context), method, arguments);
        var body = Returned(call, method);
        return new(Expression.Lambda<Func<LocalFunctionContext, ValueTask<object?>>>(body, context).Compile());
    }

    private static UnaryExpression Instance(Type type, ParameterExpression context)
    {
        var factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        var services = Expression.Property(context, nameof(LocalFunctionContext.InstanceServices));
        var none = Expression.Constant(null, typeof(object[]));
        var made = Expression.Invoke(Expression.Constant(factory), services, none);
        return Expression.Convert(made, type);
    }

    private static Expression Argument(ParameterInfo parameter, ParameterExpression context)
    {
        var type = parameter.ParameterType;
        Expression Of(string property) => Expression.Property(context, property);
        return type switch
        {
            _ when type == typeof(HttpRequest) =>
                Expression.Property(Of(nameof(LocalFunctionContext.Http)), nameof(HttpContext.Request)),
            _ when type == typeof(FunctionContext) => Expression.Convert(context, type),
            _ when type == typeof(CancellationToken) => Of(nameof(FunctionContext.CancellationToken)),
            _ when type == typeof(TimerInfo) => Of(nameof(LocalFunctionContext.Timer)),
            _ => Expression.Convert(RouteValue(parameter, context), type),
        };
    }

    private static MethodCallExpression RouteValue(ParameterInfo parameter, ParameterExpression context)
    {
        var constant = Expression.Constant(parameter);
        return Expression.Call(typeof(RouteArgument), nameof(RouteArgument.Read), null, context, constant);
    }

    private static Expression Returned(Expression call, MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        var result = type.IsGenericType ? type.GetGenericArguments() : null;
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        var adapter = type switch
        {
            _ when type == typeof(Task) => nameof(FromTaskAsync),
            _ when type == typeof(ValueTask) => nameof(FromValueTaskAsync),
            _ when definition == typeof(Task<>) => nameof(FromTaskOfAsync),
            _ when definition == typeof(ValueTask<>) => nameof(FromValueTaskOfAsync),
            _ => nameof(FromValue),
        };
        return adapter == nameof(FromValue)
            ? Expression.Call(typeof(FunctionInvoker), adapter, null, Expression.Convert(call, typeof(object)))
            : Expression.Call(typeof(FunctionInvoker), adapter, result, call);
    }

    private static ValueTask<object?> FromValue(object? value) => new(value);

    private static async ValueTask<object?> FromTaskAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromValueTaskAsync(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromTaskOfAsync<T>(Task<T> task) => await task;

    private static async ValueTask<object?> FromValueTaskOfAsync<T>(ValueTask<T> task) => await task;
}
