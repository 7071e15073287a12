using System.Net;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class HttpRoutingTests
{
    private const string Id = "0b8f3c1e-5d7a-4c53-9a55-6a2f1f3d9c10";
    private TestHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await TestHost.StartAsync(Sample.All, AddThings);

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase($"/orders/{Id}", $"200 order {Id} GET")]
    [TestCase($"/ORDERS/{Id}/", $"200 order {Id} GET")]
    [TestCase("/orders/12", "404")]
    [TestCase("/orders", "404")]
    [TestCase("/", "404")]
    [TestCase("/typed/7/8589934592/true", "200 7 8589934592 True none 3")]
    [TestCase("/typed/7/8589934592/true/a%20b", "200 7 8589934592 True a b 4")]
    [TestCase("/typed/7/8589934592/true?rest=from-query", "200 7 8589934592 True from-query 3")]
    [TestCase("/typed/x/1/true", "404")]
    [TestCase("/loose/5", "200 5 /loose/5")]
    [TestCase("/loose/five", "500")]
    [TestCase("/action", "418 action GET")]
    [TestCase("/plain", "200")]
    [TestCase("/context/a%20b?id=query", "200 GetContext httpTrigger True a b GetContext")]
    public async Task A_path_gets_its_answer(string path, string answer)
    {
        Assert.That(await _host.TextAsync(path), Is.EqualTo(answer));
    }

    [TestCase("DELETE", $"/orders/{Id}", HttpStatusCode.MethodNotAllowed)]
    [TestCase("POST", "/action", HttpStatusCode.MethodNotAllowed)]
    [TestCase("POST", "/context/1", HttpStatusCode.OK)]
    [TestCase("POST", "/nowhere", HttpStatusCode.NotFound)]
    [TestCase("DELETE", "/orders/12", HttpStatusCode.NotFound)]
    public async Task Another_method_is_405_only_where_the_path_is_known(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await _host.Client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(status));
        if (status != HttpStatusCode.OK)
        {
            Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task One_path_may_have_a_function_for_each_method()
    {
        using var response = await _host.Client.PutAsync(new Uri($"/orders/{Id}", UriKind.Relative), null);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"put {Id} PUT"));
    }

    [TestCase($"/orders/{Id}")]
    [TestCase("/nowhere/at/all")]
    public async Task A_catch_all_answers_its_method_on_every_path(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);

        using var response = await _host.Client.SendAsync(request);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"preflight {path}"));
    }

    [Test]
    public async Task The_function_and_its_request_share_one_scope_of_services_and_requests_do_not()
    {
        var first = await _host.TextAsync("/scope");
        var second = await _host.TextAsync("/scope");

        Assert.That(first, Does.StartWith("200 True True "));
        Assert.That(second, Does.StartWith("200 True True ").And.Not.EqualTo(first));
    }

    [Test]
    public async Task Forwarded_headers_are_consumed_to_the_last_hop()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/address");
        request.Headers.Add("X-Forwarded-For", "203.0.113.7, 10.0.0.1, 10.0.0.2");
        request.Headers.Add("X-Forwarded-Proto", "https, https, https");

        using var response = await _host.Client.SendAsync(request);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("203.0.113.7 https []"));
    }

    [Test]
    public async Task A_body_over_the_limit_of_the_platform_s_web_server_arrives()
    {
        using var body = new ByteArrayContent(new byte[31_000_000]);

        using var response = await _host.Client.PostAsync(new Uri("/body", UriKind.Relative), body);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("31000000 bytes"));
    }

    private static void AddThings(FunctionsApplicationBuilder builder)
    {
        builder.Services.AddScoped<ScopedThing>();
        builder.Services.AddSingleton<Gate>();
    }
}
