using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class FunctionRulesTests
{
    [TestCase(typeof(BadName), "\"1st\" is not a function name")]
    [TestCase(typeof(HostName), "\"Host\" is not a function name")]
    [TestCase(typeof(Twice), "2 functions are named")]
    [TestCase(typeof(AdminRoute), "starts with \"admin\"")]
    [TestCase(typeof(RuntimeRoute), "starts with \"runtime\"")]
    [TestCase(typeof(BadTemplate), "is not a template")]
    [TestCase(typeof(NoTrigger), "no parameter with a trigger")]
    [TestCase(typeof(AsyncVoid), "async void")]
    [TestCase(typeof(OddParameter), "parameter list of type List`1 cannot be bound")]
    [TestCase(typeof(SameRoute), "both answer GET")]
    [TestCase(typeof(LiteralAndParameter), "both answer POST")]
    [TestCase(typeof(AnyMethodAndOne), "both answer GET")]
    [TestCase(typeof(OptionalEnd), "both answer GET")]
    public void The_start_is_refused_with_the_reason(Type functions, string reason)
    {
        var host = TestHost.Build([functions]);

        Assert.That(() => host.StartAsync(), Throws.TypeOf<LocalStartException>().With.Message.Contains(reason));
    }

    [TestCase(typeof(ConstrainedApart))]
    [TestCase(typeof(MethodsApart))]
    [TestCase(typeof(LengthsApart))]
    public async Task Routes_that_cannot_meet_are_accepted(Type functions)
    {
        await using var host = await TestHost.StartAsync([functions]);

        Assert.That(await host.TextAsync("/nowhere"), Is.EqualTo("404"));
    }

    private static IResult Answer(HttpRequest request) => TypedResults.Text(request.Method);

    public sealed class BadName
    {
        [Function("1st")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class HostName
    {
        [Function("Host")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class Twice
    {
        [Function("Same")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request) =>
            Answer(request);

        [Function("same")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "b")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class AdminRoute
    {
        [Function("A")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "/Administrators/{id}")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class RuntimeRoute
    {
        [Function("A")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runtime")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class BadTemplate
    {
        [Function("A")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a/{id")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class NoTrigger
    {
        [Function("A")]
        public IResult Run(HttpRequest request) => Answer(request);
    }

    public sealed class AsyncVoid
    {
        [Function("A")]
        public async void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => await Task.FromResult(timer);
    }

    public sealed class OddParameter
    {
        [Function("A")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request, List<int> list) =>
            TypedResults.Text($"{request.Method} {list.Count}");
    }

    public sealed class SameRoute
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "x/{a}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "GET", Route = "X/{b}/")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class LiteralAndParameter
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "x/{name}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "x/purge")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class AnyMethodAndOne
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, Route = "x")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class OptionalEnd
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id?}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class ConstrainedApart
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id:guid}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{number:int}")] HttpRequest request) =>
            Answer(request);

        [Function("C")]
        public IResult Three(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/latest")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class MethodsApart
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request) =>
            Answer(request);
    }

    public sealed class LengthsApart
    {
        [Function("A")]
        public IResult One(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id}")] HttpRequest request) =>
            Answer(request);

        [Function("B")]
        public IResult Two(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id}/items")] HttpRequest request) =>
            Answer(request);
    }
}
