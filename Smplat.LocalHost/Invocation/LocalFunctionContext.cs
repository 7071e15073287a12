using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Invocation;

/// <summary>
/// One invocation. What only some functions ask for (identifier, items, token) is made when it is asked for.
/// </summary>
internal sealed class LocalFunctionContext(
    LocalFunction function, IServiceProvider services, HttpContext? http, TimerInfo? timer, CancellationToken hostToken)
    : FunctionContext, IDisposable
{
    private CancellationTokenSource? _cancellation;
    private IDictionary<object, object>? _items;
    private string? _invocationId;
    private BindingContext? _bindings;

    public LocalFunction Function { get; } = function;

    public HttpContext? Http { get; } = http;

    public TimerInfo? Timer { get; } = timer;

    /// <summary>What the function returned; the endpoint runs it after the middleware chain.</summary>
    public object? Result { get; set; }

    public override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public override string FunctionId => Function.Definition.Id;

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override BindingContext BindingContext => _bindings ??= new LocalBindingContext(Http);

    public override IDictionary<object, object> Items
    {
        get => _items ??= FirstItems();
        set => _items = value;
    }

    /// <summary>
    /// Cancelled when the client goes away, when functionTimeout has passed and when the host's grace time is over.
    /// </summary>
    public override CancellationToken CancellationToken => (_cancellation ??= Cancellation()).Token;

    public void Dispose() => _cancellation?.Dispose();

    private Dictionary<object, object> FirstItems() =>
        Http is null ? [] : new Dictionary<object, object> { [FunctionContextExtensions.HttpContextKey] = Http };

    private CancellationTokenSource Cancellation()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(Http?.RequestAborted ?? default, hostToken);
        if (Function.Timeout is { } timeout)
        {
            source.CancelAfter(timeout);
        }

        return source;
    }
}
