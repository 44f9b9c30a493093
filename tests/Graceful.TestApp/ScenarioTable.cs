using Graceful.TestApp.Scenarios;

namespace Graceful.TestApp;

/// <summary>What can be named as the first argument.</summary>
internal static class ScenarioTable
{
    public static IReadOnlyDictionary<string, Func<Task>> All { get; } = new Dictionary<string, Func<Task>>
    {
        ["web"] = Web.RunAsync,
        ["plain"] = Plain.RunAsync,
        ["startup-class"] = StartupClass.RunAsync,
        ["core-only"] = CoreOnly.RunAsync,
        ["start-waits"] = StartWaits.RunAsync,
        ["start-deaf"] = StartDeaf.RunAsync,
        ["start-fails"] = StartFails.RunAsync,
        ["warm-up"] = WarmUp.RunAsync,
        ["stop-application"] = StopApplication.RunAsync,
        ["host-stop"] = HostStop.RunAsync,
        ["systemd"] = Systemd.RunAsync,
        ["blocking-callback"] = BlockingCallback.RunAsync,
        ["participants"] = Participants.RunAsync,
        ["late-flush"] = LateFlush.RunAsync,
        ["slow-stop"] = SlowStop.RunAsync,
        ["stop-waits"] = StopWaits.RunAsync,
        ["streams"] = Streams.RunAsync,
        ["grpc"] = GrpcStream.RunAsync,
        ["worker"] = Worker.RunAsync,
        ["worker-probes"] = WorkerProbes.RunAsync,
        ["fleet"] = FleetScenario.RunAsync,
    };
}
