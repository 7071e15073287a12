using Microsoft.Azure.Functions.Worker;
using Smplat.LocalHost.Discovery;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// A function ready to run. Its invoker is compiled at the first invocation, which keeps the start quick.
/// </summary>
internal sealed class LocalFunction(FunctionMethod method, TimeSpan? timeout)
{
    private readonly Lazy<FunctionInvoker> _invoker = new(() => FunctionInvoker.For(method.Method));

    public string Name => Method.Name;

    public FunctionMethod Method { get; } = method;

    public FunctionDefinition Definition { get; } = new LocalFunctionDefinition(method);

    /// <summary>functionTimeout of host.json; null for none.</summary>
    public TimeSpan? Timeout { get; } = timeout;

    /// <summary>
    /// The end of the middleware chain: makes the class, calls the method, keeps the result for the endpoint.
    /// </summary>
    public static Task ExecuteAsync(FunctionContext context)
    {
        var local = (LocalFunctionContext)context;
        var pending = local.Function._invoker.Value.Invoke(local);
        if (!pending.IsCompletedSuccessfully)
        {
            return FinishAsync(local, pending);
        }

        local.Result = pending.Result;
        return Task.CompletedTask;
    }

    private static async Task FinishAsync(LocalFunctionContext context, ValueTask<object?> pending) =>
        context.Result = await pending;
}
