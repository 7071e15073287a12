using System.Net;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class InvocationTests
{
    [TestCase("/fail")]
    [TestCase("/fail-in-result")]
    public async Task A_failure_ends_as_a_bare_500(string path)
    {
        await using var host = await StartAsync();

        using var response = await host.GetAsync(path);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
        Assert.That(response.Headers.Contains("X-Set-Before"), Is.False);
    }

    [Test]
    public async Task A_failure_after_the_answer_has_begun_breaks_the_connection()
    {
        await using var host = await StartAsync();

        Assert.That(
            async () => await host.TextAsync("/fail-in-result?late=1"),
            Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Middleware_runs_in_order_and_sees_failures_of_the_function_but_not_of_its_result()
    {
        var diary = new Diary();
        await using var host = await StartAsync(builder =>
        {
            builder.Services.AddSingleton(diary);
            builder.UseMiddleware<Recorder>();
            builder.UseWhen<Never>(context => context.FunctionDefinition.Name == "Nobody");
            builder.UseMiddleware(async (context, next) =>
            {
                diary.Write($"inner before {context.GetHttpContext()!.Request.Path}");
                await next();
                diary.Write("inner after");
            });
        });

        await host.TextAsync("/fail");
        await host.TextAsync("/fail-in-result");

        Assert.That(diary.Entries, Is.EqualTo(new[]
        {
            "outer before Fail", "inner before /fail", "outer saw InvalidOperationException",
            "outer before FailInResult", "inner before /fail-in-result", "inner after", "outer after",
        }));
    }

    [Test]
    public async Task Middleware_may_answer_instead_of_the_function()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware((context, _) =>
        {
            context.GetHttpContext()!.Response.StatusCode = 401;
            return Task.CompletedTask;
        }));

        Assert.That(await host.TextAsync("/plain"), Is.EqualTo("401"));
    }

    [Test]
    public void Middleware_before_the_web_application_is_refused()
    {
        var builder = FunctionsApplication.CreateBuilder(["--SMPLAT_LOCAL_SETTINGS=none"]);

        Assert.That(() => builder.UseMiddleware((_, next) => next()), Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_client_that_goes_away_cancels_the_function()
    {
        var gate = new Gate();
        await using var host = await StartAsync(builder => builder.Services.AddSingleton(gate));
        using var patience = new CancellationTokenSource();

        var request = host.Client.GetAsync(new Uri("/wait", UriKind.Relative), patience.Token);
        await gate.Entered.Task;
        await patience.CancelAsync();

        Assert.That(async () => await request, Throws.InstanceOf<OperationCanceledException>());
        await gate.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task The_function_timeout_cancels_the_function()
    {
        var gate = new Gate();
        await using var host = await TestHost.StartAsync(
            [typeof(WaitingFunctions)], builder => builder.Services.AddSingleton(gate), "AzureFunctionsJobHost:functionTimeout=00:00:00.2");

        Assert.That(await host.TextAsync("/wait"), Is.EqualTo("500"));
        await gate.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task The_route_prefix_stands_before_every_route()
    {
        await using var host = await TestHost.StartAsync(
            [typeof(FailingFunctions)], null, "AzureFunctionsJobHost:extensions:http:routePrefix=shop/v1");

        Assert.That((await host.TextAsync("/shop/v1/fail"), await host.TextAsync("/fail")), Is.EqualTo(("500", "404")));
    }

    [Test]
    public async Task A_switched_off_function_answers_404_until_it_is_switched_on_again()
    {
        var settings = new ChangingSettings("AzureWebJobs.GetPlain.Disabled", "true");
        await using var host = await StartAsync(builder => ((IConfigurationBuilder)builder.Configuration).Add(settings));

        Assert.That(await host.TextAsync("/plain"), Is.EqualTo("404"));
        settings.Change("AzureWebJobs.GetPlain.Disabled", "false");

        Assert.That(await host.TextAsync("/plain"), Is.EqualTo("200"));
    }

    [TestCase("wait", """{"input":""}""", HttpStatusCode.Accepted)]
    [TestCase("WAIT", "{}", HttpStatusCode.Accepted)]
    [TestCase("nobody", """{"input":""}""", HttpStatusCode.NotFound)]
    [TestCase("wait", "no json", HttpStatusCode.BadRequest)]
    public async Task A_function_is_fired_by_the_admin_route(string name, string body, HttpStatusCode status)
    {
        var gate = new Gate();
        await using var host = await StartAsync(builder => builder.Services.AddSingleton(gate));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await host.Client.PostAsync(new Uri($"/admin/functions/{name}", UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(status));
        if (status == HttpStatusCode.Accepted)
        {
            await gate.Entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
            gate.Opened.SetResult();
        }
    }

    [Test]
    public async Task The_admin_route_takes_no_plain_form_posts()
    {
        await using var host = await StartAsync();
        using var content = new StringContent("""{"input":""}""", Encoding.UTF8, "text/plain");

        using var response = await host.Client.PostAsync(new Uri("/admin/functions/Fail", UriKind.Relative), content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    private static Task<TestHost> StartAsync(Action<FunctionsApplicationBuilder>? adjust = null) =>
        TestHost.StartAsync(Sample.All, builder =>
        {
            builder.Services.AddScoped<ScopedThing>();
            builder.Services.AddSingleton<Gate>();
            adjust?.Invoke(builder);
        });

    private sealed class Recorder(Diary diary) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            diary.Write($"outer before {context.FunctionDefinition.Name}");
            try
            {
                await next(context);
                diary.Write("outer after");
            }
            catch (InvalidOperationException exception)
            {
                diary.Write($"outer saw {exception.GetType().Name}");
                throw;
            }
        }
    }

    private sealed class Never(Diary diary) : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            diary.Write("never");
            return next(context);
        }
    }
}
