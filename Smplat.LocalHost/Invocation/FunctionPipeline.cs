using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Smplat.LocalHost.Invocation;

/// <summary>The middleware of the app in its order, and the function at its end.</summary>
internal sealed class FunctionPipeline(
    IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
{
    private readonly FunctionExecutionDelegate _first = middleware.Reverse()
        .Aggregate((FunctionExecutionDelegate)LocalFunction.ExecuteAsync, (next, step) => step(next));

    public Task InvokeAsync(FunctionContext context) => _first(context);
}
