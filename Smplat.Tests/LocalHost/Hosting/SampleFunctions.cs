using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Tests.LocalHost.Hosting;

internal static class Sample
{
    public static readonly Type[] All = [typeof(ShopFunctions), typeof(FailingFunctions), typeof(WaitingFunctions)];
}

public sealed class ScopedThing
{
    public Guid Id { get; } = Guid.NewGuid();
}

public sealed class ShopFunctions(ScopedThing thing)
{
    [Function("GetOrder")]
    public IResult GetOrder(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/{id:guid}")] HttpRequest request, Guid id) =>
        TypedResults.Text($"order {id} {request.Method}");

    [Function("PutOrder")]
    public Task<IResult> PutOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "orders/{id:guid}")]
        HttpRequest request, string id) =>
        Task.FromResult<IResult>(TypedResults.Text($"put {id} {request.Method}"));

    [Function("GetTyped")]
    public ValueTask<IResult> GetTypedAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{number:int}/{big:long}/{flag:bool}/{rest?}")]
        HttpRequest request, int number, long big, bool flag, string? rest) =>
        new(TypedResults.Text($"{number} {big} {flag} {rest ?? "none"} {request.RouteValues.Count}"));

    [Function("GetLoose")]
    public IResult GetLoose(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "loose/{number}")] HttpRequest request, int number) =>
        TypedResults.Text($"{number} {request.Path}");

    [Function("GetScope")]
    public IResult GetScope(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "scope")]
        HttpRequest request, FunctionContext context)
    {
        var ofRequest = request.HttpContext.RequestServices.GetService(typeof(ScopedThing));
        var ofInvocation = context.InstanceServices.GetService(typeof(ScopedThing));
        return TypedResults.Text($"{ReferenceEquals(ofRequest, thing)} {ReferenceEquals(ofInvocation, thing)} {thing.Id}");
    }

    [Function("GetAction")]
    public Task<IActionResult> GetActionAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "action")] HttpRequest request) =>
        Task.FromResult<IActionResult>(new ObjectResult($"action {request.Method}") { StatusCode = 418 });

    [Function("GetPlain")]
    public object GetPlain([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request) =>
        new { request.Method };

    [Function("GetAddress")]
    public IResult GetAddress(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "address")] HttpRequest request) =>
        TypedResults.Text($"{request.HttpContext.Connection.RemoteIpAddress} {request.Scheme} [{request.Headers["X-Forwarded-For"]}]");

    [Function("GetContext")]
    public static IResult GetContext(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "context/{id}")]
        HttpRequest request, FunctionContext context) =>
        TypedResults.Text(string.Join(
            ' ', context.FunctionDefinition.Name, context.FunctionDefinition.InputBindings.Values.Single().Type,
            ReferenceEquals(context.GetHttpContext(), request.HttpContext), context.BindingContext.BindingData["id"],
            context.FunctionDefinition.EntryPoint.Split('.')[^1]));

    [Function("PostBody")]
    public async Task<IResult> PostBodyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")]
        HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        return TypedResults.Text($"{body.Length} bytes");
    }

    [Function("AnswerPreflight")]
    public IResult Preflight(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request) =>
        TypedResults.Text($"preflight {request.Path}");
}
