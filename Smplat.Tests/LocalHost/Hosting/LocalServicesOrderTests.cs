using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class LocalServicesOrderTests
{
    [Test]
    public async Task Local_services_come_up_before_everything_and_go_down_after_it()
    {
        var diary = new Diary();
        using var host = Build(diary);

        await host.StartAsync();
        await host.StopAsync();

        Assert.That(diary.Entries, Is.EqualTo(new[]
        {
            "services start", "options see postgres", "hosted start sees postgres", "announced http://localhost",
            "hosted stop", "services stop",
        }));
    }

    [Test]
    public void Local_services_that_fail_are_stopped_and_nothing_else_is_started()
    {
        var diary = new Diary();
        using var host = Build(diary, new LocalStartException("no Postgres here"));

        Assert.That(
            () => host.StartAsync(),
            Throws.TypeOf<LocalStartException>().With.Message.EqualTo("no Postgres here"));
        Assert.That(diary.Entries, Is.EqualTo(new[] { "services start", "services stop" }));
    }

    [Test]
    public void An_app_that_fails_to_start_takes_its_local_services_down()
    {
        var diary = new Diary();
        using var host = Build(diary, adjust: builder => builder.Services.AddOptions<object>().Validate(_ => false, "refused").ValidateOnStart());

        Assert.That(() => host.StartAsync(), Throws.TypeOf<OptionsValidationException>());
        Assert.That(diary.Entries[^1], Is.EqualTo("services stop"));
    }

    private static IHost Build(Diary diary, Exception? failure = null, Action<FunctionsApplicationBuilder>? adjust = null)
    {
        var builder = LocalFunctionsHost.CreateBuilder(
            ["--SMPLAT_PORT=0", "--SMPLAT_LOCAL_SETTINGS=none", "--SMPLAT_DATABASE="], [], new Services(diary, failure));
        builder.ConfigureFunctionsWebApplication();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(diary).AddHostedService<Hosted>();
        builder.Services.AddOptions<Database>()
            .Configure<IConfiguration>((options, configuration) => options.Text = configuration["SMPLAT_DATABASE"] ?? "")
            .Validate<Diary>((options, written) =>
            {
                written.Write($"options see {options.Text}");
                return true;
            })
            .ValidateOnStart();
        adjust?.Invoke(builder);
        return builder.Build();
    }

    private sealed class Database
    {
        public string Text { get; set; } = "";
    }

    private sealed class Hosted(Diary diary, IConfiguration configuration) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            diary.Write($"hosted start sees {configuration["SMPLAT_DATABASE"]}");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            diary.Write("hosted stop");
            return Task.CompletedTask;
        }
    }

    private sealed class Services(Diary diary, Exception? failure) : ILocalServices
    {
        public Task<IReadOnlyDictionary<string, string>> StartAsync(
            IConfiguration configuration, IStartupConsole console, CancellationToken cancellationToken)
        {
            diary.Write("services start");
            using var step = console.Step("Postgres");
            step.Note("looking for it");
            return failure is null
                ? Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = "postgres" })
                : Task.FromException<IReadOnlyDictionary<string, string>>(failure);
        }

        public void Announce(Uri address) => diary.Write($"announced http://{address.Host}");

        public Task StopAsync()
        {
            diary.Write("services stop");
            return Task.CompletedTask;
        }
    }
}
