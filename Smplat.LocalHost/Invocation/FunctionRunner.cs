using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Smplat.LocalHost.Invocation;

/// <summary>Runs a function without a request: on its schedule, or because somebody asked for it.</summary>
internal sealed class FunctionRunner(
    FunctionPipeline pipeline, IServiceScopeFactory scopes, HostStop stop, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<Guid, Task> _manual = new();

    /// <summary>Ends when the runs that were asked for have ended.</summary>
    public Task ManualRuns => Task.WhenAll(_manual.Values);

    /// <summary>Starts a run and returns at once.</summary>
    public void Fire(LocalFunction function, string input)
    {
        var id = Guid.NewGuid();
        var run = new Task<Task>(() => function.Method.Timer is null
            ? RunHttpAsync(function, input)
            : RunTimerAsync(function, new TimerInfo()));
        _manual[id] = run.Unwrap().ContinueWith(_ => _manual.TryRemove(id, out var _), TaskScheduler.Default);
        run.Start(TaskScheduler.Default);
    }

    /// <summary>Runs a timer function. A failure is logged, never thrown: the schedule goes on.</summary>
    public Task RunTimerAsync(LocalFunction function, TimerInfo timer) => RunAsync(function, null, timer);

    private Task RunHttpAsync(LocalFunction function, string input)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = function.Method.Http!.Methods is [var first, ..]
            ? first.ToUpperInvariant()
            : HttpMethods.Post;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(input));
        return RunAsync(function, http, null);
    }

    private async Task RunAsync(LocalFunction function, HttpContext? http, TimerInfo? timer)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (http is not null)
        {
            http.RequestServices = scope.ServiceProvider;
        }

        using var context = new LocalFunctionContext(function, scope.ServiceProvider, http, timer, stop.Token);
        try
        {
            await pipeline.InvokeAsync(context);
        }
        catch (Exception exception)
        {
            InvocationLog.Failed(loggers.CreateLogger($"Function.{function.Name}"), function.Name, exception);
        }
    }
}
