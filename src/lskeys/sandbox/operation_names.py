"""The operations of Lightsail's 2016-11-28 API: those the sandbox has, and the others. Pure."""

SUPPORTED = tuple(
    """
    CreateInstances CreateKeyPair DeleteInstance DeleteKeyPair DownloadDefaultKeyPair
    GetActiveNames GetBlueprints GetBundles GetInstance GetInstanceAccessDetails
    GetInstancePortStates GetInstanceState GetInstances GetKeyPair GetKeyPairs GetOperation
    GetOperations GetOperationsForResource GetRegions GetStaticIp GetStaticIps ImportKeyPair
    StartInstance StopInstance TagResource UntagResource
    """.split()  # noqa: SIM905  a list of 26 strings would fill 26 lines
)

UNSUPPORTED = frozenset(
    """
    AllocateStaticIp AttachCertificateToDistribution AttachDisk AttachInstancesToLoadBalancer
    AttachLoadBalancerTlsCertificate AttachStaticIp CheckSubdomainAvailability
    CloseInstancePublicPorts CopySnapshot CreateBucket CreateBucketAccessKey CreateCertificate
    CreateCloudFormationStack CreateContactMethod CreateContainerService
    CreateContainerServiceDeployment CreateContainerServiceRegistryLogin CreateDisk
    CreateDiskFromSnapshot CreateDiskSnapshot CreateDistribution CreateDomain CreateDomainEntry
    CreateGUISessionAccessDetails CreateInstanceSnapshot CreateInstancesFromSnapshot
    CreateLoadBalancer CreateLoadBalancerTlsCertificate CreateRelationalDatabase
    CreateRelationalDatabaseFromSnapshot CreateRelationalDatabaseSnapshot CreateSubdomain
    DeleteAlarm DeleteAutoSnapshot DeleteBucket DeleteBucketAccessKey DeleteCertificate
    DeleteContactMethod DeleteContainerImage DeleteContainerService DeleteDisk
    DeleteDiskSnapshot DeleteDistribution DeleteDomain DeleteDomainEntry DeleteInstanceSnapshot
    DeleteKnownHostKeys DeleteLoadBalancer DeleteLoadBalancerTlsCertificate
    DeleteRelationalDatabase DeleteRelationalDatabaseSnapshot DeleteSubdomain
    DetachCertificateFromDistribution DetachDisk DetachInstancesFromLoadBalancer DetachStaticIp
    DisableAddOn EnableAddOn ExportSnapshot GetAlarms GetAutoSnapshots GetBucketAccessKeys
    GetBucketBundles GetBucketMetricData GetBuckets GetCertificates
    GetCloudFormationStackRecords GetContactMethods GetContainerAPIMetadata GetContainerImages
    GetContainerLog GetContainerServiceDeployments GetContainerServiceMetricData
    GetContainerServicePowers GetContainerServices GetCostEstimate GetDisk GetDiskSnapshot
    GetDiskSnapshots GetDisks GetDistributionBundles GetDistributionLatestCacheReset
    GetDistributionMetricData GetDistributions GetDomain GetDomains GetExportSnapshotRecords
    GetInstanceMetricData GetInstanceSnapshot GetInstanceSnapshots GetLoadBalancer
    GetLoadBalancerMetricData GetLoadBalancerTlsCertificates GetLoadBalancerTlsPolicies
    GetLoadBalancers GetProfile GetRelationalDatabase GetRelationalDatabaseBlueprints
    GetRelationalDatabaseBundles GetRelationalDatabaseEvents GetRelationalDatabaseLogEvents
    GetRelationalDatabaseLogStreams GetRelationalDatabaseMasterUserPassword
    GetRelationalDatabaseMetricData GetRelationalDatabaseParameters
    GetRelationalDatabaseSnapshot GetRelationalDatabaseSnapshots GetRelationalDatabases
    GetSetupHistory GetSubdomains IsVpcPeered OpenInstancePublicPorts PeerVpc PutAlarm
    PutInstancePublicPorts RebootInstance RebootRelationalDatabase RegisterContainerImage
    ReleaseStaticIp ResetDistributionCache SendContactMethodVerification SetIpAddressType
    SetResourceAccessForBucket SetupInstanceHttps StartGUISession StartRelationalDatabase
    StopGUISession StopRelationalDatabase TestAlarm UnpeerVpc UpdateBucket UpdateBucketBundle
    UpdateContainerService UpdateDistribution UpdateDistributionBundle UpdateDomainEntry
    UpdateInstanceMetadataOptions UpdateLoadBalancerAttribute UpdateRelationalDatabase
    UpdateRelationalDatabaseParameters UpdateSubdomainAssociation
    """.split()  # noqa: SIM905  a list of 141 strings would fill 141 lines
)
"""What is refused with a message that says so; AWS has no other operations."""
