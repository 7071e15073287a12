using Microsoft.AspNetCore.Http;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>Which function responds, and what the host rejects.</summary>
public sealed class RoutingTests
{
    private const string Id = "0b8f3c1e-5d7a-4c53-9a55-6a2f1f3d9c10";
    private TestHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await TestHost.StartAsync(new FakeWorker()
        .Http("Order", "orders/{id:guid}", Values, "get")
        .Http("PutOrder", "/orders/{id:guid}/", "put", "put")
        .Http("BLatest", "things/latest", "latest", "get", "head")
        .Http("ALatest", "things/{name}", "by name", "get")
        .Http("Typed", "typed/{count:int}/{large:long}/{on:bool}/{rest?}", Values, "get")
        .Http("Coded", @"coded/{code:regex(^[a-z]{{3}}$)}", Values, "get")
        .Http("Any", "any", "any method")
        .Http("named", null!, "by its name", "get")
        .Http("Preflight", "{*path}", (http, call) => http.Response.WriteAsync($"preflight {call.Request.TriggerMetadata["path"].String}"), "options"));

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase($"/orders/{Id}", $"200 id={Id}")]
    [TestCase($"/ORDERS/{Id}/", $"200 id={Id}")]
    [TestCase("/orders/12", "404")]
    [TestCase("/orders", "404")]
    [TestCase("/nowhere", "404")]
    [TestCase("/typed/7/8589934592/true", "200 count=7 large=8589934592 on=true")]
    [TestCase("/typed/7/8589934592/true/a%20b", "200 count=7 large=8589934592 on=true rest=a b")]
    [TestCase("/typed/x/1/true", "404")]
    [TestCase("/coded/abc", "200 code=abc")]
    [TestCase("/coded/ab1", "404")]
    [TestCase("/named", "200 by its name")]
    public async Task A_path_gets_its_response(string path, string answer) => Assert.That(await _host.GetAsync(path), Is.EqualTo(answer));

    [Test]
    public async Task The_first_function_by_name_responds_even_if_another_route_is_more_specific() =>
        Assert.That(await _host.GetAsync("/things/latest"), Is.EqualTo("200 by name"));

    [TestCase("PUT", $"/orders/{Id}", "200 put")]
    [TestCase("DELETE", $"/orders/{Id}", "404")]
    [TestCase("POST", "/things/latest", "404")]
    [TestCase("HEAD", "/things/latest", "200")]
    [TestCase("HEAD", $"/orders/{Id}", "404")]
    [TestCase("PATCH", "/any", "200 any method")]
    [TestCase("OPTIONS", "/things/latest", "200 preflight things/latest")]
    [TestCase("OPTIONS", "/nowhere/at/all", "200 preflight nowhere/at/all")]
    public async Task A_method_gets_its_response_and_404_when_no_function_accepts_it(string method, string path, string answer) =>
        Assert.That(await _host.SendAsync(method, path), Is.EqualTo(answer));

    [Test]
    public async Task A_request_without_a_function_is_404_without_a_body_or_an_Allow_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/orders/{Id}");

        using var response = await _host.Client.SendAsync(request);

        Assert.That(response.Content.Headers.Allow, Is.Empty);
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [Test]
    public void Overlapping_routes_cause_a_warning_and_are_served() => Assert.That(_host.Log.Entries, Has.One.EndsWith(
        "warn Host: ALatest and BLatest both handle GET of \"things/{name}\" and \"things/latest\"; the first by name is used."));

    [Test]
    public void Routes_that_cannot_overlap_cause_no_warning() => Assert.That(
        _host.Log.Entries.Where(line => line.Contains("both handle", StringComparison.Ordinal)), Has.Exactly(2).Items, string.Join('\n', _host.Log.Entries));

    [Test]
    public async Task The_route_prefix_applies_to_every_route()
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Plain", "plain", "here", "get"),
            new() { HostJson = new("shop/v1", null, new Dictionary<string, string>()) });

        Assert.That((await host.GetAsync("/shop/v1/plain"), await host.GetAsync("/plain")), Is.EqualTo(("200 here", "404")));
    }

    [Test]
    public async Task A_disabled_function_returns_404_and_the_others_respond()
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Off", "off", "off", "get").Http("AlsoOff", "also", "off", "get").Http("On", "on", "on", "get"),
            new() { Settings = HostSetup.Given("AzureWebJobs.Off.Disabled=true", "AzureWebJobs__AlsoOff__Disabled=1", "AzureWebJobs.On.Disabled=false") });

        Assert.That(
            (await host.GetAsync("/off"), await host.GetAsync("/also"), await host.GetAsync("/on")), Is.EqualTo(("404", "404", "200 on")));
    }

    [TestCase("1st", "a", "\"1st\" is not a function name")]
    [TestCase("Host", "a", "\"Host\" is not a function name")]
    [TestCase("with space", "a", "\"with space\" is not a function name")]
    [TestCase("A", "/Administrators/{id}", "A: the route \"Administrators/{id}\" starts with \"admin\"")]
    [TestCase("A", "runtime", "A: the route \"runtime\" starts with \"runtime\"")]
    [TestCase("A", "a/{id", "A: the route \"a/{id\" is invalid")]
    [TestCase("A", "a/{id}/{id}", "A: the route \"a/{id}/{id}\" is invalid")]
    [TestCase("A", "a/{id:colour}", "A: the route \"a/{id:colour}\" is invalid: there is no constraint \"colour\".")]
    [TestCase("A", "a/{id:range(one)}", "A: the route \"a/{id:range(one)}\" is invalid")]
    public void An_invalid_name_or_route_prevents_the_start(string name, string route, string reason) =>
        Refuses(new FakeWorker().Http(name, route, "", "get"), reason);

    [Test]
    public void A_reserved_route_is_rejected_behind_a_prefix_too() => Assert.That(
        () => TestHost.StartAsync(
            new FakeWorker().Http("A", "admin/x", "", "get"), new() { HostJson = new("api", null, new Dictionary<string, string>()) }),
        Throws.TypeOf<LocalStartException>().With.Message.Contains("starts with \"admin\""));

    [Test]
    public void Functions_with_the_same_name_prevent_the_start() => Refuses(
        new FakeWorker().Http("Same", "a", "", "get").Http("same", "b", "", "get"), "2 functions are named Same: Fake.Same, Fake.same.");

    [Test]
    public void Functions_with_the_same_route_and_method_prevent_the_start() => Refuses(
        new FakeWorker().Http("A", "x/{id}", "", "get", "post").Http("B", "/X/{id}/", "", "GET"), "A and B both handle GET of \"x/{id}\".");

    [Test]
    public void A_function_for_all_methods_and_one_for_a_single_method_of_the_same_route_prevent_the_start() =>
        Refuses(new FakeWorker().Http("A", "x", "").Http("B", "x", "", "get"), "A and B both handle GET of \"x\".");

    [Test]
    public void A_function_without_a_trigger_prevents_the_start() =>
        Refuses(new FakeWorker().Other("A", "queue", _ => Task.CompletedTask), "A has no trigger.");

    [Test]
    public void All_problems_are_reported_together() => Assert.That(
        () => TestHost.StartAsync(new FakeWorker().Http("1st", "admin", "", "get").Http("2nd", "b", "", "get")),
        Throws.TypeOf<LocalStartException>().With.Message.Contains("1st").And.Message.Contains("admin").And.Message.Contains("2nd"));

    [Test]
    public async Task A_function_may_name_a_method_twice()
    {
        await using var host = await TestHost.StartAsync(new FakeWorker().Http("A", "x", "x", "get", "GET"));

        Assert.That(await host.GetAsync("/x"), Is.EqualTo("200 x"));
    }

    [Test]
    public async Task The_host_has_a_page_at_its_root()
    {
        using var response = await _host.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("<title>"));
    }

    [TestCase("true")]
    [TestCase("1")]
    public async Task The_page_can_be_disabled(string value)
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Plain", "plain", "plain", "get"), new() { Settings = HostSetup.Given($"AzureWebJobsDisableHomepage={value}") });

        Assert.That(await host.GetAsync("/"), Is.EqualTo("204"));
    }

    [TestCase("", TestName = "A function with an empty route takes the place of the page")]
    [TestCase("/", TestName = "A function with the route / takes the place of the page")]
    [TestCase("{*path}", TestName = "A function for every path takes the place of the page")]
    public async Task A_function_can_replace_the_page(string route)
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Another", "another", "another", "get").Http("Root", route, "own page", "get"));

        Assert.That((await host.GetAsync("/"), await host.GetAsync("/another")), Is.EqualTo(("200 own page", "200 another")));
    }

    private static void Refuses(FakeWorker worker, string reason)
    {
        Assert.That(() => TestHost.StartAsync(worker), Throws.TypeOf<LocalStartException>().With.Message.Contains(reason));
        Assert.That(worker.Current.Ended.IsCompleted, "The worker of a start that is refused has to end.");
    }

    private static Task Values(HttpContext http, Invocation call) => http.Response.WriteAsync(string.Join(
        ' ', call.Request.TriggerMetadata.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => $"{value.Key}={value.Value.String}")));
}

/// <summary>The host's own routes.</summary>
public sealed class AdministrationTests
{
    private readonly Diary _diary = new();
    private TestHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await TestHost.StartAsync(
        new FakeWorker()
            .Http("Web", "web/{id}", "web", "get")
            .Http("Catch", "{*all}", "caught", "get", "post")
            .Timer("Tick", "0 0 0 1 1 *", call =>
            {
                _diary.Write($"tick {call.TimerInfo.GetProperty("IsPastDue")} {call.TimerInfo.GetProperty("ScheduleStatus").ValueKind}");
                return Task.CompletedTask;
            })
            .Timer("Off", "0 0 0 1 1 *", _ =>
            {
                _diary.Write("off");
                return Task.CompletedTask;
            })
            .Timer("Broken", "0 0 0 1 1 *", _ => throw new InvalidOperationException("out of order"))
            .Other("Queue", "queueTrigger", call =>
            {
                _diary.Write($"queue {call.Request.InputData.Single().Data.String}");
                return Task.CompletedTask;
            }),
        new() { Settings = HostSetup.Given("AzureWebJobs.Off.Disabled=true") });

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase("GET", "/admin/host/ping", "200")]
    [TestCase("POST", "/admin/host/ping", "200")]
    public async Task It_responds_to_a_ping(string method, string path, string answer) =>
        Assert.That(await _host.SendAsync(method, path), Is.EqualTo(answer));

    [Test]
    public async Task It_returns_its_state() =>
        Assert.That(await _host.GetAsync("/admin/host/status"), Does.StartWith("200 {\"state\":\"Running\",\"version\":\""));

    [Test]
    public async Task It_lists_the_functions() => Assert.That(
        await _host.GetAsync("/admin/functions"),
        Does.Contain("""{"name":"Off","trigger":"timerTrigger","isDisabled":true}""")
            .And.Contain("""{"name":"Web","trigger":"httpTrigger","isDisabled":false}"""));

    [TestCase("Tick", """{"input":""}""", "tick False Null")]
    [TestCase("tick", "{}", "tick False Null")]
    [TestCase("Queue", """{"input":"a message"}""", "queue a message")]
    [TestCase("Off", """{"input":""}""", "off")]
    public async Task A_function_is_fired(string name, string body, string entry)
    {
        var before = _diary.Entries.Count(line => line == entry);

        Assert.That(await _host.PostJsonAsync($"/admin/functions/{name}", body), Is.EqualTo("202"));

        await Support.Eventually.BecomesTrueAsync(() => _diary.Entries.Count(line => line == entry) == before + 1, entry);
    }

    [Test]
    public async Task A_fired_function_that_fails_is_logged()
    {
        Assert.That(await _host.PostJsonAsync("/admin/functions/Broken", "{}"), Is.EqualTo("202"));

        await _host.LoggedAsync("fail Host: Broken failed: out of order");
    }

    [TestCase("Nobody", "{}", "404")]
    [TestCase("Tick", "no json", "400")]
    [TestCase("Tick", "[]", "400")]
    [TestCase("Web", "{}", "400 \"Web is an HTTP function: send a request to /web/{id}.\"")]
    public async Task A_function_that_cannot_be_fired_is_rejected(string name, string body, string answer) =>
        Assert.That(await _host.PostJsonAsync($"/admin/functions/{name}", body), Does.StartWith(answer));

    [Test]
    public async Task Only_JSON_is_accepted_because_a_page_of_another_origin_can_send_forms_without_a_preflight()
    {
        using var form = new StringContent("{}", System.Text.Encoding.UTF8, "text/plain");

        Assert.That(await _host.SendAsync("POST", "/admin/functions/Tick", form), Is.EqualTo("415"));
    }
}
