using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Fulfillment;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>Answers and tasks that cannot be stored, read or finished: they concern themselves alone.</summary>
public sealed class PoisonTests
{
    private static readonly string Emoji = new string('x', 475) + "😀" + new string('y', 40);

    private static IEnumerable<string> Bodies =>
    [
        """{"n":1e200000}""", """{"n":-1e-200000}""", """{"a":"\ud83d"}""", """{"\udc00":1}""", """{"a":1,"a":2}""", """{"a":"\u0000"}""",
        """{"a":{"b":1,"b":2}}""", "\"\\ud83d\"", "[1,", "NaN", "", "\0\0", "<html>", "\uFEFF{\"id\":1}", "[" + new string('[', 500), "1e999999",
        """{"access_token":"hunter2","n":1e200000}""",
    ];

    [TestCaseSource(nameof(Bodies))]
    public async Task The_body_of_an_answer_never_decides_about_success(string body)
    {
        await using var provider = await StartAsync();
        provider.Faults.Always(new Fault.OddJson(body));
        await using var fixture = await CreateAsync(provider);
        var id = await fixture.Given.ATaskAsync();

        await fixture.RunWorkerAsync();
        await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That((task.Status, task.RetryCount, provider.Calls.All.Count), Is.EqualTo(("completed", 0, 1)));
        Assert.That(task.Result, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_success_whose_body_breaks_off_is_a_success()
    {
        await using var provider = await StartAsync();
        provider.Faults.Always(new Fault.MalformedJson());
        await using var fixture = await CreateAsync(provider);
        var id = await fixture.Given.ATaskAsync();

        await fixture.RunWorkerAsync();

        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("completed"));
    }

    [Test]
    public void Whatever_the_answer_says_it_can_be_stored()
    {
        var texts = Gen.Choose(0, 0xFFFF).Select(unit => (char)unit).ArrayOf().Select(units => new string(units));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(texts.ToArbitrary(), text =>
        {
            using var response = new HttpResponseMessage { Content = new StringContent(text) };
            var result = CallResult.ReadAsync(response, TimeSpan.Zero, [], DateTimeOffset.UnixEpoch, CancellationToken.None)
                .GetAwaiter().GetResult();
            return Smplat.Core.Platform.Input.SafeText.IsStorable(result.Preview);
        }));
    }

    [Test]
    public async Task An_answer_cut_within_an_emoji_fails_its_task_and_no_other()
    {
        await using var provider = await StartAsync();
        provider.Faults.Always(new Fault.Status(503, Emoji), "/tasks/content_promotion");
        await using var fixture = await CreateAsync(provider, ("FULFILLMENT_BREAKER_FAILURES", "0"));
        var poison = new List<Guid>();
        for (var index = 0; index < 30; index++)
        {
            poison.Add(await fixture.Given.ATaskAsync(dueIn: TimeSpan.FromHours(-1)));
        }

        var healthy = await HealthyAsync(fixture, 50);

        await fixture.RunWorkerAsync();

        Assert.That(await CompletedAsync(fixture), Is.EqualTo(healthy.Count));
        foreach (var id in poison)
        {
            var task = await fixture.TaskAsync(id);
            Assert.That((task.Status, task.RetryCount), Is.EqualTo(("pending", 1)));
            Assert.That(task.ErrorMessage, Does.StartWith("The provider answered with 503"));
        }
    }

    [TestCase("result")]
    [TestCase("error_message")]
    [TestCase("scheduled_at")]
    public async Task A_task_whose_outcome_the_database_refuses_pays_for_it_alone(string column)
    {
        var poison = Guid.Empty;
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway(task =>
            task.Id != poison ? new ExecutionOutcome.Succeeded("""{"status":"done"}""")
            : column switch
            {
                "result" => new ExecutionOutcome.Succeeded("""{"status":"poison"}"""),
                "error_message" => new ExecutionOutcome.Failed("poison"),
                _ => new ExecutionOutcome.Postponed("poison", TimeSpan.FromSeconds(77)),
            }));
        poison = await fixture.Given.ATaskAsync(dueIn: TimeSpan.FromHours(-1));
        await HealthyAsync(fixture, 40);
        await fixture.ExecuteAsync(
            $"""
            create function refuse_poison() returns trigger language plpgsql as $$
            begin
                if new.{column}::text like '%poison%' or ('{column}' = 'scheduled_at' and new.scheduled_at > old.scheduled_at + interval '1 hour 70 seconds'
                    and new.scheduled_at < old.scheduled_at + interval '1 hour 80 seconds') then
                    raise exception 'poison is refused';
                end if;
                return new;
            end $$;
            create trigger refuse_poison before update on fulfillment_tasks for each row execute function refuse_poison();
            """);

        var report = await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(poison);
        Assert.That(report.Processed, Is.EqualTo(column == "result" ? 41 : 40));
        Assert.That((task.Status, task.RetryCount), Is.EqualTo(column == "result" ? ("completed", 0) : ("pending", 1)));
    }

    [Test]
    public async Task An_outcome_that_cannot_be_recorded_at_all_is_charged_as_a_takeover()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing());
        var poison = await fixture.Given.ATaskAsync(dueIn: TimeSpan.FromHours(-1));
        await fixture.ExecuteAsync(
            """
            create function refuse_all() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
            create trigger refuse_all before insert on fulfillment_task_failure for each row when (new.outcome = 'retry')
                execute function refuse_all();
            """);

        await fixture.RunWorkerAsync();
        Assert.That((await fixture.TaskAsync(poison)).Status, Is.EqualTo("in_progress"), "not given back: its lease has to expire");
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.RunWorkerAsync();

        Assert.That((await fixture.TaskAsync(poison)).Rescues, Is.EqualTo(1));
    }

    [Test]
    public async Task A_roll_up_that_is_refused_stops_no_other_order()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var orders = new List<Guid>();
        for (var index = 0; index < 4; index++)
        {
            orders.Add(await fixture.Given.AnOrderAsync());
            await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(orders[index]));
        }

        await fixture.ExecuteAsync(
            $"""
            create function refuse_order() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
            create trigger refuse_order before update on orders for each row when (new.id = '{orders[1]}') execute function refuse_order();
            """);

        await fixture.RunWorkerAsync();

        Assert.That(await fixture.ScalarAsync<long>("select count(*) from orders where status = 'completed'"), Is.EqualTo(3));
    }

    /// <summary>Fairness: whatever share of the tasks hangs, is refused or cannot be read, the others keep flowing.</summary>
    [TestCase(0)]
    [TestCase(50)]
    [TestCase(200)]
    [NonParallelizable]
    public async Task Poisoned_tasks_leave_the_healthy_ones_flowing(int poison)
    {
        await using var bad = await StartAsync();
        await using var good = await StartAsync();
        bad.Faults.Always(new Fault.Hang(), "/tasks/content_promotion");
        bad.Faults.Always(new Fault.Status(503, Emoji), "/tasks/engagement_boost");
        bad.Faults.Always(new Fault.OddJson("""{"n":1e200000}"""), "/tasks/follower_growth");
        good.Faults.Always(new Fault.Latency(TimeSpan.FromMilliseconds(40)));
        var settings = bad.Settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value);
        settings["FULFILLMENT_ENDPOINT_INSTAGRAM_SETUP"] = good.EndpointOf("instagram_setup").ToString();
        settings["FULFILLMENT_POLL_INTERVAL_SECONDS"] = "1";
        await using var fixture = await FulfillmentFixture.CreateAsync(settings: settings, clock: TimeProvider.System);
        string[] kinds = ["content_promotion", "engagement_boost", "follower_growth"];
        for (var index = 0; index < poison; index++)
        {
            await fixture.Given.ATaskAsync(type: kinds[index % 3], dueIn: TimeSpan.FromHours(-1));
        }

        await HealthyAsync(fixture, 200, "instagram_setup");
        var watch = Stopwatch.StartNew();
        var running = fixture.RunWorkerAsync();

        // 200 calls of 40 ms in 8 loops take one second. The first slow calls may hold the loops for their two seconds once.
        await Eventually.BecomesTrueAsync(
            async () => await fixture.ScalarAsync<long>(
                "select count(*) from fulfillment_tasks where task_type = 'instagram_setup' and status = 'completed'") == 200,
            "the healthy tasks to be done",
            TimeSpan.FromSeconds(25));

        TestContext.Progress.WriteLine($"{poison} poisoned tasks: 200 healthy ones done in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.That(poison == 0 || !running.IsCompleted, Is.True, "tasks that hang are still under way");
    }

    private static async Task<List<Guid>> HealthyAsync(FulfillmentFixture fixture, int count, string type = "engagement_boost")
    {
        var ids = new List<Guid>();
        for (var index = 0; index < count; index++)
        {
            ids.Add(await fixture.Given.ATaskAsync(type: type));
        }

        return ids;
    }

    private static Task<long> CompletedAsync(FulfillmentFixture fixture) =>
        fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'completed'");

    private static async Task<FakeFulfillmentProvider> StartAsync()
    {
        var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        return provider;
    }

    private static Task<FulfillmentFixture> CreateAsync(FakeFulfillmentProvider provider, params (string, string)[] more)
    {
        var settings = provider.Settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value);
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return FulfillmentFixture.CreateAsync(settings: settings);
    }
}
